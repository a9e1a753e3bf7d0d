"""Questions and answers of an ordinary office, in Chinese and English. They are an example: edit them in the admin."""

from conversations.models import Answer

ANSWERS_ZH = (
    ("你好", "您好\n嗨", "你好！我是林晓，很高兴见到你。今天想了解什么？"),
    ("你是谁", "你叫什么\n介绍一下你自己", "我是林晓，公司的数字人助手。我能回答常见问题，也能把你写的话做成视频。"),
    (
        "怎么请假",
        "请假流程\n请事假\n病假怎么请\n病假\n请病假\n不舒服想请假",
        "在企业微信“审批”里选择“请假”，填写类型、时间和原因，提交给直属上级即可。病假超过一天请附上病历。",
    ),
    (
        "年假有多少天",
        "年假\n年假怎么休\n年假还剩几天\n剩余假期",
        "工作满一年有 5 天年假，满十年 10 天，满二十年 15 天。剩余天数在“审批”的“请假”里可以看到。",
    ),
    (
        "产假有多少天",
        "产假\n陪产假\n婚假\n丧假",
        "婚假、产假、陪产假等按当地规定，请在“审批”的“请假”里选择类型，人事会和你确认。",
    ),
    (
        "什么时候发工资",
        "发薪日\n工资哪天发\n几号发工资\n工资发放",
        "工资在每月 10 日发放；遇到节假日会提前到前一个工作日。",
    ),
    (
        "工资条在哪里看",
        "工资条\n查工资\n工资明细",
        "工资条在每月 10 日发到你的企业微信，也可以在工作台的“工资条”里查看。",
    ),
    (
        "怎么报销",
        "报销流程\n报销\n差旅费报销\n发票报销\n打车费报销",
        "在“审批”里选择“报销”，填写金额，附上发票，提交给直属上级。审批通过后，财务会在 5 个工作日内付款。",
    ),
    ("发票抬头是什么", "开票信息\n发票抬头\n税号", "开票信息在工作台的“开票信息”里，可以直接复制。有疑问请联系财务。"),
    (
        "WiFi密码是多少",
        "无线网密码\nWi-Fi怎么连\n怎么连网\n网络密码",
        "公司无线网叫 Office，用你的企业微信扫会议室里的二维码就能连上。",
    ),
    ("几点上班", "上班时间\n几点下班\n工作时间\n下班时间", "工作时间是周一至周五 9:00 到 18:00，午休 12:00 到 13:00。"),
    (
        "忘记打卡怎么办",
        "补卡\n忘打卡\n打卡异常\n漏打卡",
        "在“审批”里选择“补卡”，写明日期和原因，提交给直属上级。每月可以补三次。",
    ),
    (
        "怎么申请加班",
        "加班\n加班费\n调休",
        "在“审批”里选择“加班”，先申请再加班。加班可以换成调休，或按规定计算加班费。",
    ),
    ("怎么申请出差", "出差\n订机票\n订酒店\n差旅", "在“审批”里选择“出差”。审批通过后，可以在差旅平台订机票和酒店。"),
    (
        "可以在家办公吗",
        "远程办公\n居家办公\n在家上班",
        "可以。请先和直属上级商量，再在“审批”里选择“外出”，写上居家办公。",
    ),
    ("怎么预订会议室", "会议室\n订会议室\n预定会议室", "在企业微信“工作台 › 会议室”里选择时间和房间即可预订。"),
    (
        "公司什么时候放假",
        "放假安排\n节假日\n春节放几天假\n国庆放假",
        "按国务院公布的节假日放假。具体安排会提前发公告，你也可以看企业微信日历。",
    ),
    ("公司地址在哪里", "公司地址\n办公地址\n公司在哪", "公司地址在企业微信“我的企业”里。收快递请写上姓名和部门。"),
    ("食堂在哪里", "午餐\n食堂几点开\n餐补", "食堂在一楼，11:30 到 13:30 供应午餐，用企业微信付款码付款。"),
    (
        "电脑坏了找谁",
        "电脑故障\n电脑连不上网\n找it\nit支持\n打印机坏了\n申请电脑",
        "请在工作台的“IT 服务台”提交报修，写上座位号；急事可以直接打 IT 的分机 8000。",
    ),
    (
        "忘记密码怎么办",
        "重置密码\n密码忘了\n登录不上\n账号锁定",
        "在登录页点“忘记密码”，用企业微信验证后重设。账号被锁请联系 IT，分机 8000。",
    ),
    (
        "怎么开在职证明",
        "在职证明\n收入证明\n开证明",
        "在“审批”里选择“证明开具”，写明用途。人事会在两个工作日内把盖章的文件给你。",
    ),
    (
        "社保公积金怎么查",
        "社保\n公积金\n五险一金\n医保",
        "公司每月为你缴纳社保和公积金。明细在当地的社保和公积金 App 里查；缴费基数请问人事。",
    ),
    (
        "什么时候转正",
        "转正\n试用期\n试用期多久",
        "试用期一般是三个月，到期前两周，人事会发起转正流程，你会在“审批”里收到通知。",
    ),
    (
        "怎么离职",
        "离职\n辞职\n离职流程",
        "请先和直属上级谈一谈，再在“审批”里选择“离职”，提前 30 天提交。人事会陪你办完手续。",
    ),
    (
        "人事联系方式",
        "人事是谁\nHR是谁\nHR\n人事电话\nhr电话",
        "人事的分机是 8001，也可以在企业微信通讯录里搜索“人事行政”。",
    ),
)
ANSWERS_EN = (
    ("hello", "hi\nhey", "Hello! I am Lin Xiao, your digital human assistant. How can I help you today?"),
    (
        "how do I take leave",
        "leave\napply for leave\nrequest time off\nsick leave\nI am sick today\nday off\ntime off",
        "Open Approval in WeChat Work, choose Leave, fill in type, dates and reason, and submit it to your manager. "
        "For more than one day of sick leave, attach a doctor's note.",
    ),
    (
        "how many days of annual leave do I have",
        "annual leave\nvacation days\nleave balance\nholiday allowance",
        "You have 5 days a year, 10 after ten years of work and 15 after twenty. Approval › Leave shows what is left.",
    ),
    (
        "maternity leave",
        "paternity leave\nparental leave\nmarriage leave",
        "Parental and marriage leave follow local rules. Choose the type in Approval › Leave; HR confirms it.",
    ),
    (
        "when is payday",
        "salary\nwhen do we get paid\nwhen is my salary paid\npay day",
        "Salaries are paid on the 10th of each month, or on the working day before if that is a holiday.",
    ),
    (
        "where is my payslip",
        "payslip\npay slip\nsalary slip\nsalary statement",
        "Your payslip comes to WeChat Work on the 10th of each month. You also find it under Workbench › Payslip.",
    ),
    (
        "how do I claim expenses",
        "reimbursement\nexpense report\nexpenses\ntravel expenses\nclaim a taxi receipt",
        "Open Approval, choose Reimbursement, fill in the amount and attach the invoices. After approval, "
        "Finance pays within five working days.",
    ),
    (
        "what is the wifi password",
        "wifi\nhow do I connect to the network\ninternet",
        "The network is called Office. Scan the code in any meeting room with WeChat Work, and you are connected.",
    ),
    (
        "what are the office hours",
        "working hours\nwhen does work start\nwhat time do we start\nwhat time do we finish\nopening hours",
        "We work from Monday to Friday, 9:00 to 18:00, with a lunch break from 12:00 to 13:00.",
    ),
    (
        "I forgot to clock in",
        "clock in\nmissed punch\nattendance correction\nforgot to check in",
        "Open Approval, choose Attendance correction, and give the date and reason. You may do so three times a month.",
    ),
    (
        "how do I request overtime",
        "overtime\novertime pay",
        "Open Approval and choose Overtime before you work it. You take the time off later, or are paid by the rules.",
    ),
    (
        "how do I book a business trip",
        "business trip\nbook a flight\nbook a hotel\ntravel",
        "Open Approval and choose Business trip. Once it is approved, book flights and hotels on the travel platform.",
    ),
    (
        "can I work from home",
        "remote work\nhome office\nwork remotely",
        "Yes. Talk to your manager first, then open Approval, choose Out of office, and note that you work from home.",
    ),
    (
        "how do I book a meeting room",
        "meeting room\nreserve a room",
        "Choose a time and a room under Workbench › Meeting rooms.",
    ),
    (
        "when is the next public holiday",
        "public holidays\nholiday schedule\nholidays\nspring festival\nis monday a holiday",
        "We follow the public holidays of mainland China. The plan is announced ahead, and the calendar shows it.",
    ),
    (
        "what is the office address",
        "address\nwhere is the office",
        "You find our address in WeChat Work under My company.",
    ),
    (
        "where is the canteen",
        "lunch\ncafeteria\nmeal allowance",
        "The canteen is on the ground floor, open from 11:30 to 13:30.",
    ),
    (
        "my computer is broken",
        "laptop problem\nprinter\nIT support\nhelp desk\nI need a new laptop\ncomputer does not work",
        "Please report it under Workbench › IT service desk, with your seat number. If it is urgent, call 8000.",
    ),
    (
        "I forgot my password",
        "reset password\npassword\naccount locked\ncannot log in",
        "Choose “Forgot password” on the log-in page and confirm with WeChat Work. If you are locked out, call 8000.",
    ),
    (
        "how do I get an employment certificate",
        "employment certificate\nproof of employment\nincome certificate",
        "Open Approval, choose Certificates, and say what it is for. HR has it stamped in two working days.",
    ),
    (
        "social insurance",
        "housing fund\nhealth insurance\nmedical insurance\nbenefits",
        "We pay social insurance and the housing fund every month. Your local apps show the details; for more, ask HR.",
    ),
    (
        "when does my probation end",
        "probation\nprobation period",
        "Probation is usually three months. Two weeks before it ends, HR starts the review and you get a notice.",
    ),
    (
        "how do I resign",
        "resignation\nquit my job\nnotice period",
        "Please talk to your manager first. Then open Approval and choose Resignation, 30 days ahead. HR helps you.",
    ),
    (
        "who is HR",
        "HR contact\nHR phone\nHR",
        "HR has extension 8001. You also find them in the contacts of WeChat Work under People.",
    ),
)


def seed_answers() -> None:
    """Create the example answers if there are no answers yet."""
    if not Answer.objects.exists():
        rows = (*ANSWERS_ZH, *ANSWERS_EN)
        Answer.objects.bulk_create(Answer(question=q, other_wordings=other, answer=a) for q, other, a in rows)

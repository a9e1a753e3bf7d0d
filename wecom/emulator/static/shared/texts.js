// Words of the page, in Chinese and English. The browser's language decides; ?lang= overrules it.
const WORDS = {
  zh: {
    whoAmI: "我是谁", whoHint: "选择一位成员，进入应用会话", back: "返回成员列表", toConversations: "返回会话列表", conversations: "消息", group: "群聊", people: "{0} 人",
    groupNote: "应用创建的群聊：成员的发言不会回调给应用", switchMember: "切换成员", messages: "消息",
    writeHere: "输入消息", send: "发送", emoji: "表情", more: "更多", picture: "图片", video: "视频", location: "位置",
    offline: "连接已断开，正在重新连接…", inspector: "检查器", coverage: "模拟范围", callbacks: "回调", calls: "接口调用", faults: "故障", fault: "故障类型",
    path: "接口", times: "次数", addFault: "注入", remove: "移除", replay: "重放", nothing: "还没有记录", left: "已离职",
    yesterday: "昨天", recalled: "“{0}”撤回了一条消息", failed: "发送失败，点按重试", refused: "应用未接收，点按重发", sending: "发送中",
    actingAs: "以 {0} 的身份", details: "详情", unread: "{0} 条未读", seconds: "{0} 秒", noMessages: "还没有消息", request: "请求",
    answer: "应答", attempt: "第 {0} 次", always: "一直", here: "广州市海珠区新港中路 397 号",
    appMenu: "应用菜单", keyboard: "键盘", voice: "语音", file: "文件", enter: "重新进入", leave: "移出可见范围", comeBack: "恢复",
    outside: "你不在此应用的可见范围内，应用已收到 unsubscribe", noFiles: "企业微信不会把文件消息交给自建应用",
    follows: "接在回调 #{0} 之后", scanTitle: "扫一扫", codeSays: "二维码或条形码的内容", scanned: "完成", scanResult: "扫描结果：{0}", receiving: "消息接收中…", inMiniProgram: "已进入小程序“{0}”",
    placeTitle: "发送位置", placeName: "地点", latitude: "纬度", longitude: "经度", buttons: "卡片按钮", pressFailed: "按钮已失效", cardMenu: "卡片菜单", choose: "请选择",
    miniProgram: "小程序", openMiniProgram: "进入小程序查看", original: "阅读原文", link: "链接", linkTitle: "发送链接", title: "标题", address: "网址", cancel: "取消", dropHere: "松开发送",
    speak: "语音输入", holdToTalk: "按住 说话", releaseToSend: "松开 发送，上滑取消", tooShort: "说话时间太短", noMicrophone: "无法使用麦克风，请在浏览器中允许",
    typing: "对方正在输入…", soundOn: "打开提示音", soundOff: "关闭提示音", time: "时间", session: "录制", record: "录制", replaySession: "回放", save: "保存为文件",
    recordNote: "把此应用迄今的会话保存为文件：人名变为 person1、person2…，长号码与邮箱被遮盖，不含密钥、令牌与素材。",
    replayNote: "让同样的人再做一遍同样的事，并逐条比较他们收到的消息。没有指定时，由名为 person1… 的新成员出演。", withWords: "包含文字内容",
    chooseFile: "选择文件", playing: "正在回放…", sameAgain: "完全一致：收到 {0} 条消息", differs: "有 {0} 处不同", then: "当时", nowHeard: "现在",
    nothingCame: "没有收到", message: "第 {0} 条消息", noRecording: "这不是录制文件", hire: "新员工入职", verify: "验证回调 URL", passed: "通过", notPassed: "未通过", actsOf: "{0} 的人事变动", moveTo: "调到{0}", leaves: "离职", returns: "重新入职", newcomer: "新员工 {0}",
    newcomerJob: "新员工", twoPhones: "并排打开第二部手机", onePhone: "关闭第二部手机", secondPhone: "第二部手机", share: "比例 %", seed: "种子",
    seedHint: "随机", anyFault: "随机任一种", allPaths: "所有接口", hits: "命中 {0} 次", removeAll: "全部移除",
    faultNote: "比例小于 100 时，按比例命中，直到移除；填写种子后，每次命中的结果可以重现。接口填 * 表示所有接口。",
    realTime: "与真实时间一致", ahead: "比真实时间快 {0}", behind: "比真实时间慢 {0}", daysShort: "{0} 天", backToNow: "恢复", hours: "小时",
    move: "调整", "step.minute": "+1 分钟", "step.hours2": "+2 小时", "step.day": "+1 天", "step.days3": "+3 天",
    "expires.minute": "每人每分钟的配额恢复", "expires.hours2": "access_token 过期", "expires.day": "消息不能再撤回，当日配额恢复",
    "expires.days3": "临时素材与卡片的 response_code 过期",
    "kind.image": "[图片]", "kind.voice": "[语音]", "kind.video": "[视频]", "kind.file": "[文件]", "kind.textcard": "[卡片]",
    "kind.news": "[图文]", "kind.markdown": "[Markdown]", "kind.template_card": "[卡片]", "kind.location": "[位置]", "kind.link": "[链接]",
    "kind.mpnews": "[图文]", "kind.miniprogram_notice": "[小程序]",
  },
  en: {
    whoAmI: "Who am I?", whoHint: "Choose a member to open the chat with the application", back: "Back to members", toConversations: "Back to the conversations",
    conversations: "Messages", group: "Group chat", people: "{0} people", groupNote: "Made by an application, which hears nothing of what is said here",
    switchMember: "Switch member", messages: "Messages", writeHere: "Message", send: "Send", emoji: "Emoji", more: "More",
    picture: "Picture", video: "Video", location: "Location", offline: "Connection lost, reconnecting…", inspector: "Inspector", coverage: "What is emulated",
    callbacks: "Callbacks", calls: "API calls", faults: "Faults", fault: "Fault", path: "Path", times: "Times", addFault: "Inject",
    remove: "Remove", replay: "Replay", nothing: "Nothing yet", left: "left", yesterday: "Yesterday",
    recalled: "{0} recalled a message", failed: "Not sent, tap to retry", refused: "Not accepted by the application, tap to resend",
    sending: "Sending", actingAs: "as {0}", details: "Details", unread: "{0} unread", seconds: "{0} seconds", noMessages: "No messages yet",
    request: "Request", answer: "Answer", attempt: "Attempt {0}", always: "always", here: "397 Xingang Middle Road, Guangzhou",
    appMenu: "Menu of the application", keyboard: "Keyboard", voice: "Voice", file: "File", enter: "Enter again",
    leave: "Leave the range", comeBack: "Come back",
    outside: "You are outside this application's visible range; it was told “unsubscribe”",
    noFiles: "WeChat Work hands no file messages to applications", follows: "Follows callback #{0}", scanTitle: "Scan", codeSays: "What the code says", scanned: "Done",
    scanResult: "Scanned: {0}", receiving: "Receiving a message …", inMiniProgram: "In the mini program “{0}”", placeTitle: "Send a place",
    placeName: "Place", latitude: "Latitude", longitude: "Longitude",
    buttons: "Buttons of the card", pressFailed: "This button no longer works", cardMenu: "Menu of the card", choose: "Choose",
    miniProgram: "Mini program", openMiniProgram: "Open the mini program", original: "Read the original", link: "Link",
    linkTitle: "Send a link", title: "Title", address: "Address", cancel: "Cancel", dropHere: "Drop to send", speak: "Speak",
    holdToTalk: "Hold to talk", releaseToSend: "Release to send, pull up to cancel", tooShort: "Too short",
    noMicrophone: "There is no microphone: allow it in the browser", typing: "typing…", soundOn: "Sound on", soundOff: "Sound off", time: "Time", session: "Record", record: "Record", replaySession: "Replay", save: "Save as a file",
    recordNote: "Saves what was said with this application: names become person1, person2 …, long numbers and addresses are masked, and no key, token or media comes along.",
    replayNote: "The same people do the same again, and what they get is compared. New members called person1 … play them.", withWords: "With what was written",
    chooseFile: "Choose a file", playing: "Playing …", sameAgain: "The same: {0} messages came", differs: "{0} differences", then: "then", nowHeard: "now",
    nothingCame: "nothing came", message: "message {0}", noRecording: "This is no recording", hire: "A new employee", verify: "Check the callback URL", passed: "Passed", notPassed: "Not passed", actsOf: "What happens to {0}", moveTo: "Moves to {0}",
    leaves: "Leaves the company", returns: "Comes back", newcomer: "New employee {0}", newcomerJob: "New employee", twoPhones: "Open a second phone",
    onePhone: "Close the second phone", secondPhone: "Second phone", share: "Share %", seed: "Seed", seedHint: "random",
    anyFault: "any of them", allPaths: "all paths", hits: "{0} hits", removeAll: "Remove all",
    faultNote: "Below 100 % that share of the calls is hit, until removed. With a seed the same calls fare the same each time. * is every path.",
    realTime: "Real time", ahead: "{0} ahead of real time", behind: "{0} behind real time", daysShort: "{0} d", backToNow: "Back to now",
    hours: "Hours", move: "Move", "step.minute": "+1 minute", "step.hours2": "+2 hours", "step.day": "+1 day", "step.days3": "+3 days",
    "expires.minute": "The quota of a minute is free again", "expires.hours2": "Access tokens expire",
    "expires.day": "Messages can no longer be recalled; the quota of the day is free", "expires.days3": "Media and the response codes of cards expire",
    "kind.image": "[Picture]", "kind.voice": "[Voice]", "kind.video": "[Video]", "kind.file": "[File]", "kind.textcard": "[Card]",
    "kind.news": "[News]", "kind.markdown": "[Markdown]", "kind.template_card": "[Card]", "kind.location": "[Location]", "kind.link": "[Link]",
    "kind.mpnews": "[Article]", "kind.miniprogram_notice": "[Mini program]",
  },
};

const asked = new URLSearchParams(location.search).get("lang") || navigator.language || "zh";
export const language = asked.toLowerCase().startsWith("en") ? "en" : "zh";

export function say(name, ...values) {
  const words = WORDS[language][name] ?? name;
  return words.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
}

// Fills data-text (content) and data-label (accessible name and tooltip).
export function translate(root) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = say(node.dataset.placeholder);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = say(node.dataset.label);
  }
}

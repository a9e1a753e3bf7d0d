"""The sentences of small talk, in both languages; `|` separates them."""

from enum import StrEnum


class Talk(StrEnum):
    """Kinds of small talk."""

    GREETING = "greeting"
    PRESENCE = "presence"
    MORNING = "morning"
    EVENING = "evening"
    FEELING = "feeling"
    THANKS = "thanks"
    AGREED = "agreed"
    GOODBYE = "goodbye"
    IDENTITY = "identity"
    MACHINE = "machine"
    PRAISE = "praise"
    COMPLAINT = "complaint"
    ABILITIES = "abilities"
    PERSON = "person"
    CHINESE = "chinese"
    ENGLISH = "english"
    SETTINGS = "settings"
    TEXT_ONLY = "text_only"
    VIDEOS = "videos"


PHRASES: dict[Talk, str] = {
    Talk.GREETING: "你好|您好|你好呀|嗨|哈喽|哈啰|嘿|hello|hi|hey|hello there|hi there|hiya|大家好",
    Talk.PRESENCE: "在吗|在么|在不在|在不|有人吗|有人在吗|你在吗|are you there|anyone there|anybody there|you there",
    Talk.MORNING: "早|早上好|早安|上午好|good morning|morning",
    Talk.EVENING: "中午好|下午好|晚上好|good afternoon|good evening",
    Talk.FEELING: (
        "你好吗|最近怎么样|最近好吗|吃了吗|how are you|how are you doing|how is it going|how's it going|what's up"
    ),
    Talk.THANKS: (
        "谢谢|谢谢你|谢谢您|谢了|谢啦|谢谢啦|多谢|感谢|非常感谢|辛苦了|辛苦|thanks|thank you|thx|ty"
        "|thanks a lot|thank you very much|thank you so much|many thanks|cheers|🙏"
    ),
    Talk.AGREED: (
        "好|好的|好滴|好吧|好嘞|行|行吧|可以|嗯|哦|噢|知道了|我知道了|明白|明白了|了解|收到|没事|没事了"
        "|没问题|ok|okay|k|ok thanks|got it|i see|understood|noted|alright|all right|sure|great|cool|fine|yes"
        "|no|never mind|nevermind|对|是的|不用了|不用|👍|👌|哈哈|呵呵|嘿嘿|lol|haha|😂|😄|😀|🙂|😊|❤️|🌹"
    ),
    Talk.GOODBYE: (
        "再见|拜拜|拜|88|回见|明天见|下班了|晚安|bye|bye bye|goodbye|good bye|see you|see you later"
        "|see you tomorrow|good night|have a nice day"
    ),
    Talk.IDENTITY: (
        "你是谁|你叫什么|你叫什么名字|你叫啥|介绍一下你自己|自我介绍|who are you|what is your name"
        "|what's your name|introduce yourself"
    ),
    Talk.MACHINE: (
        "你是机器人吗|你是真人吗|你是人吗|你是ai吗|你是人工智能吗|are you a robot|are you a bot|are you human"
        "|are you real|are you a real person|are you an ai|is this a bot"
    ),
    Talk.PRAISE: (
        "你真棒|真棒|厉害|你真厉害|太好了|不错|很好|真聪明|good job|well done|awesome|amazing|nice|perfect"
        "|you are great"
    ),
    Talk.COMPLAINT: (
        "你真笨|太笨了|笨蛋|没用|你没用|答非所问|听不懂|你听不懂|什么破机器人|不对|不是这个|说错了|useless"
        "|you are useless|that is wrong|that's wrong|wrong|not helpful|that did not help|that didn't help"
        "|stupid|this is not what i asked"
    ),
    Talk.ABILITIES: (
        "你能做什么|你会做什么|你会什么|你能干什么|你能干嘛|你会干什么|你有什么功能|有什么功能|能做什么"
        "|你可以做什么|你能帮我什么|你能帮我做什么|怎么用|怎么使用|使用说明|功能|菜单|帮帮我|我能问什么"
        "|可以问什么|我可以问你什么|what can you do|what can i ask|what can i ask you|what do you do"
        "|how does this work|how do you work|how can you help|how can you help me|menu"
        "|what can you help me with|help me|can you help me|i need help"
    ),
    Talk.PERSON: (
        "转人工|人工|人工服务|人工客服|转人工客服|我要人工|找人工|找真人|真人|客服|我要找人|转接人工"
        "|我要找真人|我想找人聊|联系人事|找hr|联系hr|转hr|human|a human|agent|talk to a human"
        "|talk to a person|talk to someone|i want to talk to a human|i want to talk to a person"
        "|i want to talk to someone|speak to someone|real person|contact hr|operator|can i talk to a human"
        "|can i talk to a person|can i talk to someone|can i speak to someone|can i speak to a human"
    ),
    Talk.CHINESE: "说中文|请说中文|用中文|讲中文|中文|请用中文|说汉语|chinese please|speak chinese|in chinese please",
    Talk.ENGLISH: (
        "说英文|说英语|请说英文|用英文|用英语|英文|english|english please|speak english|in english please"
        "|please speak english|can you speak english|do you speak english"
    ),
    Talk.SETTINGS: (
        "设置|我的设置|消息设置|打开设置|偏好设置|退订|取消订阅|我要退订|怎么退订|settings|my settings|preferences"
        "|my preferences|unsubscribe|opt out|mute|how do i unsubscribe"
    ),
    Talk.TEXT_ONLY: (
        "不要视频|不要发视频|别发视频|别给我发视频|不看视频|只发文字|只要文字|只看文字|发文字就行|用文字|文字版"
        "|no videos|no video|no more videos|text only|only text|text instead of videos|send text|i prefer text"
    ),
    Talk.VIDEOS: (
        "恢复视频|要视频|我要视频|我要看视频|继续发视频|还是发视频|发视频给我|videos please|send videos|send me videos"
        "|videos again|i want videos|video please"
    ),
}

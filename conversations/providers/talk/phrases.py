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
    APOLOGY = "apology"
    ANGER = "anger"
    BOREDOM = "boredom"
    DISMISSAL = "dismissal"
    BIRTHDAY = "birthday"
    OUTSIDE = "outside"
    FOREIGN = "foreign"
    FRAGMENT = "fragment"
    PRIVACY = "privacy"
    ERASURE = "erasure"
    # By meaning only:
    BEYOND = "beyond"
    TESTING = "testing"
    ABOUT_ME = "about_me"
    REPEAT = "repeat"
    NEWCOMER = "newcomer"
    TIRED = "tired"
    WISHES = "wishes"
    ERRAND = "errand"
    OTHERS = "others"
    MANIPULATION = "manipulation"
    FEEDBACK = "feedback"


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
        "你真棒|真棒|厉害|你真厉害|太好了|666|6666|牛|牛逼|给力|赞|棒|不错|很好|真聪明"
        "|good job|well done|awesome|amazing|nice|perfect"
        "|you are great"
    ),
    Talk.COMPLAINT: (
        "你真笨|太笨了|笨蛋|没用|你没用|答非所问|听不懂|你听不懂|什么破机器人|不对|不是这个|说错了|useless"
        "|you are useless|that is wrong|that's wrong|wrong|没帮上忙|not helpful|that did not help|that didn't help"
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
        "|屏蔽这个话题|静音这个话题|关闭这个话题|不想收到这类消息|别再给我发这类消息|别再发这种消息|别再给我发消息|不要再发消息了"
        "|mute this topic|mute this|stop sending me this|stop sending me messages|stop messaging me"
    ),
    Talk.TEXT_ONLY: (
        "不要视频|不要发视频|别发视频|别给我发视频|不看视频|只发文字|只要文字|只看文字|发文字就行|用文字|文字版"
        "|no videos|no video|no more videos|不想看视频|别再发视频了|不要再发视频了|不要再给我发视频"
        "|stop sending me videos|stop sending videos"
        "|stop the videos|don't send me videos|do not send me videos"
        "|text only|only text|text instead of videos|send text|i prefer text"
    ),
    Talk.VIDEOS: (
        "恢复视频|要视频|我要视频|我要看视频|继续发视频|还是发视频|发视频给我|videos please|send videos|send me videos"
        "|再发视频吧|重新发视频|可以发视频了|send videos again|send me videos again|start sending videos again"
        "|videos again|i want videos|video please"
    ),
    Talk.APOLOGY: "对不起|抱歉|不好意思|我错了|sorry|i am sorry|i'm sorry|my bad|my mistake|apologies",
    Talk.ANGER: (
        "烦死了|气死我了|气死了|真烦|好烦|烦|烦人|滚|闭嘴|傻逼|垃圾|什么垃圾|你有病吧|无语|服了|我服了|真无语"
        "|shut up|i hate you|this is ridiculous|this sucks|you suck|wtf|go away|so annoying|i am angry|i'm angry"
    ),
    Talk.BOREDOM: "无聊|好无聊|太无聊了|我好无聊|陪我聊天|陪我聊聊|bored|i am bored|i'm bored|so bored|chat with me",
    Talk.DISMISSAL: "算了|算了算了|不问了|没什么|当我没说|不说了|forget it|forget about it|doesn't matter|skip it",
    Talk.BIRTHDAY: (
        "生日快乐|今天我生日|今天是我生日|今天是我的生日|我今天过生日|我生日|it's my birthday|it is my birthday"
        "|today is my birthday|it's my birthday today|happy birthday"
    ),
    Talk.OUTSIDE: (
        "今天天气怎么样|今天天气如何|今天天气好吗|天气|天气怎么样|天气预报|明天天气怎么样|明天天气|今天天气|今天下雨吗"
        "|今天会下雨吗|明天会下雨吗|明天下雨吗|外面冷吗|讲个笑话|讲个笑话吧|给我讲个笑话|说个笑话|来个笑话|唱首歌|唱个歌"
        "|今天有什么新闻|今天股市怎么样|what's the weather|what is the weather|what's the weather like"
        "|what is the weather like|what's the weather like today|what is the weather like today|how is the weather"
        "|how's the weather|weather|weather today|will it rain|will it rain today|will it rain tomorrow|is it raining"
        "|tell me a joke|tell a joke|a joke please|sing a song|what's in the news"
    ),
    Talk.FOREIGN: (
        "bonjour|salut|merci|hola|buenos dias|gracias|guten tag|guten morgen|danke|ciao|grazie|olá|obrigado|xin chào"
        "|speak french|speak german|speak spanish|speak japanese|do you speak french|do you speak german"
        "|do you speak spanish|do you speak japanese|do you speak korean"
        "|你会说日语吗|你会日语吗|说日语|你会说法语吗|说韩语"
    ),
    Talk.PRIVACY: (
        "隐私|隐私政策|你保存什么|你存了什么|你都保存了什么|你存了我什么|你存了我哪些信息|你保存我的什么信息|谁能看到我的消息"
        "|谁会看我的消息|谁能看到我说的话|谁能看到聊天记录|谁能看到我们的聊天|聊天记录谁能看到|领导能看到吗|老板能看到吗"
        "|你会保密吗|会保密吗|这里说的话保密吗|聊天记录保存多久|privacy|what do you store|what do you store about me"
        "|what do you know about me|who reads this|who can read this|who reads my messages|who can read my messages"
        "|who can see my messages|who can see this|can my boss see this|can my boss read this|is this confidential"
        "|is this private|what do you store and who reads it|how long do you keep my messages"
    ),
    Talk.ERASURE: (
        "删除我的数据|删除我的信息|删除我的聊天记录|删除聊天记录|清除我的数据|清空我的数据|把我的数据删掉|把我的数据删了"
        "|注销我的账号|忘记我|delete my data|delete all my data|erase my data|remove my data|delete my messages"
        "|delete my chat history|forget me|forget about me"
    ),
}

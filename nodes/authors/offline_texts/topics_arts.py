"""Curricula of human languages, music and design."""

from typing import Final

from nodes.authors.offline_texts.topics import Pair, Place, Topic

_LANGUAGES: Final = (
    ("spanish|español|西班牙语", Pair("Spanish", "西班牙语")),
    ("french|français|法语", Pair("French", "法语")),
    ("german|deutsch|德语", Pair("German", "德语")),
    ("italian|意大利语", Pair("Italian", "意大利语")),
    ("portuguese|葡萄牙语", Pair("Portuguese", "葡萄牙语")),
    ("russian|俄语", Pair("Russian", "俄语")),
    ("japanese|日语|日本语", Pair("Japanese", "日语")),
    ("korean|韩语|朝鲜语", Pair("Korean", "韩语")),
    ("mandarin|chinese|汉语|普通话", Pair("Chinese", "汉语")),
    ("arabic|阿拉伯语", Pair("Arabic", "阿拉伯语")),
    ("english|英语|英文|雅思|托福|ielts|toefl", Pair("English", "英语")),
)
_NO_LANGUAGE = r"(?! (?:cooking|cuisine|food|history|literature|poetry|art|music|law|politics|philosophy|revolution))"
_HUMAN_LANGUAGE: Final = Topic(
    key="human_language",
    name=Pair("a language", "一门外语"),
    kind="field",
    discipline="language",
    pattern=rf"(?i)(?<!in )(?<!用)\b(?:spanish|french|german|italian|portuguese|russian|japanese|korean"
    rf"|mandarin|chinese|arabic|english"
    rf"|ielts|toefl|español|français|deutsch)\b{_NO_LANGUAGE}|(?<!用)(?:西班牙语|法语|德语"
    rf"|意大利语|葡萄牙语|俄语|日语|韩语|汉语"
    r"|普通话|阿拉伯语|英语|英文|雅思|托福|外语)",
    variants=_LANGUAGES,
    search=Pair("{s} language", "{s}学习"),
    places=(
        Place(Pair("Wiktionary", "维基词典"), "https://en.wiktionary.org/", "dictionary", "https://zh.wiktionary.org/"),
        Place(Pair("Tatoeba: example sentences", "Tatoeba：例句库"), "https://tatoeba.org/", "corpus"),
        Place(Pair("Forvo: pronunciation", "Forvo：发音"), "https://forvo.com/", "audio"),
    ),
    table="""
= First conversations | 最初的对话
== Sounds and greetings | 发音与问候
. The sounds and the writing of {s} | {s}的发音与文字 | sounds, letters, stress | 发音, 字母, 重音
. Greeting and introducing yourself | 问候与自我介绍 | greetings, names, origins | 问候, 姓名, 来自哪里
+. Numbers, time and prices | 数字、时间与价格 | numbers, times of day, prices | 数字, 钟点, 价格
== Everyday needs | 日常需要
. Asking and answering simple questions | 简单的提问与回答 | question words, short answers, polite forms | 疑问词, 肯定与否定, 礼貌用语
. Ordering, shopping and finding the way | 点餐、购物与问路 | orders, prices, directions | 点餐, 价格, 方向
+. The three hundred most frequent words | 最常用的三百个词 | frequent words, flash cards | 高频词, 记忆卡片
= Telling and understanding | 表达与理解
== Grammar you use daily | 每天都用的语法
* Talking about today: the present | 谈论现在 | present forms, subjects, verbs | 现在时, 主语, 动词
* Telling what happened: the past | 讲述过去 | past forms, order of events, time words | 过去时, 先后顺序, 时间词
+* Plans, wishes and conditions | 计划、愿望与条件 | future forms, wishes, conditions | 将来, 愿望, 条件
== Listening and reading | 听与读
* Understanding slow, clear speech | 听懂慢而清晰的讲话 | key words, context, repetition | 关键词, 语境, 复听
* Reading short texts for pleasure | 轻松阅读短文 | easy texts, guessing, the gist | 分级读物, 猜词, 大意
+* Learning words from sentences | 在句子中学单词 | collocations, example sentences | 搭配, 例句
= {s} in your life | 让{s}融入生活
== Speaking and writing | 说与写
* Keeping a conversation going | 让对话继续下去 | follow-up questions, fillers, repairs | 追问, 停顿词, 补救
* Messages and short letters | 消息与短信件 | openings, requests, closings | 开头, 请求, 结尾
+* Giving an opinion and a reason | 表达观点与理由 | opinions, reasons, contrasts | 观点, 理由, 转折
= Towards fluency | 走向流利
== Depth | 提高
! Fast speech, dialects and humour | 快速口语、方言与幽默 | reduced forms, dialect words, irony | 弱读, 方言, 反语
! Register: polite, casual, professional | 语体：礼貌、随意与正式 | register, forms of address | 语体, 称呼
! Arguing and telling a longer story | 论证与讲述长故事 | arguments, connectors, narratives | 论点, 连接词, 叙述
+! Films and books without subtitles or dictionary | 不看字幕、不查词典的影视与阅读 | immersion, unknown words | 沉浸, 容忍生词
""",  # noqa: E501
)
_MUSIC: Final = Topic(
    key="music",
    name=Pair("music", "音乐"),
    kind="field",
    discipline="music",
    pattern=r"(?i)\bpiano\b|\bguitar|\bklavier|\bgitarre|пиано|гитар|פסנתר|ピアノ|ギター|بيانو|جيتار"
    r"|\bukulele\b|\bviolin\b|\bcello\b|\bdrums?\b|\bflute\b"
    r"|\bsaxophone\b|\bsinging\b|\bmusic\b"
    r"|钢琴|吉他|小提琴|大提琴|尤克里里|架子鼓|古筝|唱歌|声乐|音乐|乐器",
    variants=(
        ("piano|klavier|пиано|פסנתר|ピアノ|بيانو|钢琴", Pair("piano", "钢琴")),
        ("guitar|gitarre|guitare|ギター|гитар|جيتار|吉他", Pair("guitar", "吉他")),
        ("ukulele|尤克里里", Pair("ukulele", "尤克里里")),
        ("violin|小提琴", Pair("violin", "小提琴")),
        ("cello|大提琴", Pair("cello", "大提琴")),
        ("drum|架子鼓", Pair("drums", "架子鼓")),
        ("flute", Pair("flute", "长笛")),
        ("saxophone", Pair("saxophone", "萨克斯")),
        ("古筝", Pair("guzheng", "古筝")),
        ("singing|唱歌|声乐", Pair("singing", "声乐")),
    ),
    search=Pair("{s} method", "{s} 教程"),
    places=(
        Place(Pair("IMSLP: free sheet music", "IMSLP：免费乐谱"), "https://imslp.org/", "sheet music"),
        Place(Pair("musictheory.net", "musictheory.net"), "https://www.musictheory.net/lessons", "course"),
        Place(Pair("Musopen: free recordings and scores", "Musopen：免费录音与乐谱"), "https://musopen.org/", "audio"),
    ),
    table="""
= First sounds | 最初的声音
== Body and instrument | 身体与乐器
. Posture, breath and relaxed hands | 姿势、呼吸与放松 | posture, breath, relaxation | 姿势, 呼吸, 放松
. A clear first tone | 清晰的第一个音 | tone, attack, release | 音色, 起音, 收音
+. Tuning and looking after what you play | 调音与保养 | tuning, maintenance | 调音, 保养
== Rhythm and notes | 节奏与音符
. Beat, bars and counting aloud | 拍子、小节与数拍 | beat, bar, count | 拍子, 小节, 数拍
. Reading simple notes or chord charts | 读简单的乐谱或和弦谱 | note, clef, chord chart | 音符, 谱号, 和弦谱
+. Listening: high, low, long, short | 听辨：高低与长短 | pitch, duration, ear training | 音高, 时值, 听音
= Technique and pieces | 技巧与曲目
== Technique | 技巧
* Scales and finger or voice patterns | 音阶与基本音型 | scale, pattern, evenness | 音阶, 音型, 均匀
* Chords and smooth changes | 和弦与平稳转换 | chord, change, voicing | 和弦, 转换, 声部排列
+* Dynamics and articulation | 力度与奏法 | dynamics, legato, staccato | 力度, 连奏, 断奏
== Learning a piece | 学习一首曲子
* Practising slowly and in small parts | 慢练与分段练习 | slow practice, section, metronome | 慢练, 分段, 节拍器
* A first complete piece | 第一首完整的曲子 | piece, phrase, memory | 曲子, 乐句, 背谱
+* Playing along with a recording | 跟着录音演奏 | backing track, timing | 伴奏, 节奏感
= Making music with others | 与他人一起
== Expression | 表现
* Phrasing: making a line speak | 分句：让旋律说话 | phrase, breath, climax | 乐句, 呼吸, 高潮
* Playing with another person | 与另一个人合奏 | cue, balance, listening | 示意, 平衡, 倾听
+* Simple harmony: why chords follow each other | 简单和声：和弦为何相连 | key, cadence, tonic | 调, 终止式, 主和弦
= Mastery | 精进
== Depth | 提高
! Style: how an era or a genre sounds | 风格：时代与体裁的声音 | style, ornament, groove | 风格, 装饰音, 律动
! Improvising over a progression | 在和弦进行上即兴 | improvisation, motif, scale choice | 即兴, 动机, 音阶选择
! Hard passages: method instead of force | 难点：用方法而不是蛮力 | passage, fingering, variation | 难句, 指法, 变化练习
+! Preparing for an audience | 为演出做准备 | stage fright, programme, run-through | 怯场, 曲目单, 走台
""",
)
_DESIGN: Final = Topic(
    key="design",
    name=Pair("interface and UX design", "界面与用户体验设计"),
    kind="field",
    discipline="making",
    pattern=r"(?i)\bux\b|\bui\b|user experience|(?:graphic|product|interface|interaction|visual"
    r"|web) design|\bfigma\b|用户体验|交互设计|平面设计"
    r"|产品设计|界面设计|视觉设计",
    variants=((r"graphic design|平面设计", Pair("graphic design", "平面设计")),),
    places=(
        Place(
            Pair("Nielsen Norman Group: articles", "尼尔森诺曼集团：文章"),
            "https://www.nngroup.com/articles/",
            "article",
        ),
        Place(Pair("W3C: Web Accessibility Initiative", "W3C：无障碍倡议"), "https://www.w3.org/WAI/", "guide"),
        Place(Pair("Material Design", "Material Design"), "https://m3.material.io/", "guide"),
    ),
    table="""
= Seeing like a designer | 用设计师的眼光看
== People first | 以人为本
. Observing how people use things | 观察人们如何使用物品 | observation, task, context | 观察, 任务, 情境
. Problems worth solving | 值得解决的问题 | problem statement, need, evidence | 问题陈述, 需求, 依据
+. Interviews without leading questions | 不带引导的访谈 | interview, open question | 访谈, 开放式问题
== Visual foundations | 视觉基础
. Layout, alignment and white space | 版式、对齐与留白 | grid, alignment, white space | 网格, 对齐, 留白
. Type and readability | 字体与可读性 | typeface, hierarchy, line length | 字体, 层级, 行长
+. Colour and contrast | 颜色与对比 | hue, contrast, palette | 色相, 对比, 配色
= From idea to prototype | 从想法到原型
== Structure | 结构
* User flows and information architecture | 用户流程与信息架构 | user flow, navigation, label | 用户流程, 导航, 标签
* Sketches and wireframes | 草图与线框图 | sketch, wireframe, variation | 草图, 线框图, 变体
+* Writing for interfaces | 界面文案 | button label, error message, tone | 按钮文案, 错误提示, 语气
== Prototypes | 原型
* A clickable prototype | 可点击的原型 | prototype, fidelity, state | 原型, 保真度, 状态
* Testing with five people | 找五个人做测试 | usability test, script, finding | 可用性测试, 脚本, 发现
+* Accessibility from the start | 从一开始就考虑无障碍 | screen reader, focus, contrast | 读屏软件, 焦点, 对比度
= Design that ships | 能落地的设计
== Working with others | 协作
* Design critique and feedback | 设计评审与反馈 | critique, intent, alternative | 评审, 意图, 备选方案
* Handing over to developers | 与开发交接 | specification, component, edge state | 规格, 组件, 边界状态
+* A case study for your portfolio | 作品集中的案例 | case study, decision, result | 案例, 决定, 结果
= Design in depth | 深入设计
== Depth | 提高
! Design systems and tokens | 设计系统与设计变量 | design token, component, governance | 设计变量, 组件, 治理
! Measuring whether a design works | 衡量设计是否有效 | metric, A/B test, survey | 指标, A/B 测试, 问卷
! Designing for several cultures | 跨文化设计 | localisation, direction, symbol | 本地化, 书写方向, 符号
+! Ethics: persuasion and dark patterns | 伦理：说服与暗黑模式 | dark pattern, consent | 暗黑模式, 同意
""",
)
ARTS: Final = (_HUMAN_LANGUAGE, _MUSIC, _DESIGN)

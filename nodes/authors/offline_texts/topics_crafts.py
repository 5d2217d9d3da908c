"""Curricula of writing, cooking and business."""

from typing import Final

from nodes.authors.offline_texts.topics import Pair, Place, Topic

_WRITING: Final = Topic(
    key="writing",
    name=Pair("writing", "写作"),
    kind="field",
    discipline="making",
    weak=True,
    pattern=r"(?i)\bwriting\b|\bwriter\b|\bnovels?\b|\bessays?\b|\bpoetry\b|\bblog|screenplay|写作|小说"
    r"|写诗|作文|剧本",
    places=(
        Place(Pair("Project Gutenberg", "古登堡计划"), "https://www.gutenberg.org/", "library"),
        Place(Pair("Purdue Online Writing Lab", "普渡大学在线写作实验室"), "https://owl.purdue.edu/", "guide"),
    ),
    table="""
= The habit | 养成习惯
== Starting | 开始
. A place, a time and a page a day | 地点、时间与每天一页 | routine, notebook, page | 习惯, 笔记本, 篇幅
. Noticing: details that others miss | 观察：别人忽略的细节 | detail, senses, notebook | 细节, 感官, 素材本
+. Reading as a writer | 像作者一样阅读 | model text, technique | 范文, 手法
== Sentences | 句子
. Clear sentences, strong verbs | 清楚的句子与有力的动词 | verb, subject, cut | 动词, 主语, 删减
. Paragraphs with one idea | 一段一个意思 | paragraph, topic sentence | 段落, 主题句
+. Sound and rhythm | 声音与节奏 | rhythm, repetition, pause | 节奏, 重复, 停顿
= Shape | 成形
== Structure | 结构
* Beginning, turning point and end | 开头、转折与结尾 | opening, turning point, ending | 开头, 转折, 结尾
* Outlines that leave room | 留有余地的提纲 | outline, scene, order | 提纲, 场景, 顺序
+* Point of view and voice | 视角与声音 | point of view, voice, distance | 视角, 声音, 距离
== Life on the page | 让文字活起来
* Showing through action and dialogue | 用行动与对话来呈现 | dialogue, action, subtext | 对话, 行动, 潜台词
* Argument, evidence and example | 论点、论据与例子 | claim, evidence, example | 论点, 论据, 例子
+* Place and time | 地点与时间 | setting, atmosphere | 背景, 氛围
= For readers | 写给读者
== Revision | 修改
* Revising in passes | 分遍修改 | structure pass, line edit, proofreading | 结构修改, 逐句修改, 校对
* Readers, feedback and what to do with it | 读者、反馈与取舍 | first reader, question, decision | 第一读者, 提问, 取舍
+* Titles, first lines and last lines | 标题、首句与末句 | title, first line, promise | 标题, 首句, 承诺
= Mastery | 精进
== Depth | 提高
! A long project over months | 历时数月的长篇 | draft, arc, endurance | 初稿, 弧线, 耐力
! Imitation and a style of your own | 模仿与自己的风格 | style, imitation, restraint | 风格, 模仿, 克制
! Publishing: forms, letters and rights | 发表：形式、投稿信与版权 | submission, cover letter, rights | 投稿, 投稿信, 版权
+! Editing other people's work | 编辑他人的作品 | query, respect, consistency | 提问, 尊重, 一致
""",  # noqa: E501
)
_COOKING: Final = Topic(
    key="cooking",
    name=Pair("cooking", "烹饪"),
    kind="field",
    discipline="making",
    pattern=r"(?i)\bcook(?:ing)?\b|\bbak(?:e|ing)\b|\bchef\b|\bcuisine\b|\bsourdough\b|\bcocina"
    r"|\bkochen|\bcuisin|料理|烹饪|做饭|做菜|烘焙|厨艺|厨师",
    variants=((r"bak(?:e|ing)|sourdough|烘焙", Pair("baking and cooking", "烘焙与烹饪")),),
    places=(
        Place(Pair("Wikibooks Cookbook", "维基教科书：食谱"), "https://en.wikibooks.org/wiki/Cookbook", "book"),
        Place(Pair("Serious Eats", "Serious Eats"), "https://www.seriouseats.com/", "article"),
        Place(Pair("FoodSafety.gov", "FoodSafety.gov"), "https://www.foodsafety.gov/", "guide"),
    ),
    table="""
= In the kitchen | 走进厨房
== Safe and ready | 安全与准备
. Knives, cutting and safety | 刀具、切法与安全 | grip, dice, cutting board | 握刀, 切丁, 砧板
. Hygiene, storage and temperatures | 卫生、储存与温度 | cross-contamination, fridge, core temperature | 交叉污染, 冷藏, 中心温度
+. Reading a recipe before you begin | 动手之前先读食谱 | mise en place, timing, yield | 备料, 时间安排, 份量
== Heat | 火候
. Boiling, steaming and blanching | 煮、蒸与焯 | simmer, steam, ice bath | 小火慢煮, 蒸汽, 过冷水
. Frying and roasting: browning | 煎炒与烤：上色 | browning, pan, oven | 上色, 锅, 烤箱
+. Rice, pasta and potatoes | 米饭、面食与土豆 | starch, ratio, resting | 淀粉, 比例, 静置
= Taste and technique | 味道与技法
== Taste | 味道
* Salt, acid, fat and heat in balance | 盐、酸、油与火候的平衡 | salt, acid, balance | 盐, 酸, 平衡
* Herbs, spices and aromatics | 香草、香料与增香料 | spice, bloom, aroma | 香料, 炝锅, 香气
+* Stocks and sauces | 高汤与酱汁 | stock, reduction, emulsion | 高汤, 收汁, 乳化
== Building dishes | 组合菜肴
* Vegetables as the centre of a meal | 以蔬菜为主的一餐 | texture, season, roast | 口感, 时令, 烤制
* Eggs, fish and meat to the point | 蛋、鱼与肉的火候 | doneness, rest, thermometer | 熟度, 静置, 温度计
+* Doughs and batters | 面团与面糊 | gluten, yeast, hydration | 面筋, 酵母, 含水量
= Cooking for others | 为他人做饭
== Menus | 菜单
* Planning a menu and its timing | 规划菜单与时间 | menu, schedule, shopping list | 菜单, 时间表, 购物清单
* Cooking without a recipe | 不看食谱做菜 | substitution, ratio, tasting | 替换, 比例, 试味
+* Diets, allergies and budgets | 饮食限制、过敏与预算 | allergen, budget, substitution | 过敏原, 预算, 替换
= Mastery | 精进
== Depth | 提高
! Fermentation and preserving | 发酵与保存 | fermentation, brine, acidity | 发酵, 盐水, 酸度
! One cuisine, its pantry and its logic | 一种菜系：食材与思路 | pantry, technique, tradition | 常备食材, 技法, 传统
! Developing a dish of your own | 研发自己的菜 | variation, test, note | 变化, 试做, 记录
+! Plating and serving | 摆盘与上菜 | contrast, portion, plate | 对比, 份量, 盘子
""",  # noqa: E501
)
_BUSINESS: Final = Topic(
    key="business",
    name=Pair("business and marketing", "商业与营销"),
    kind="field",
    discipline="general",
    weak=True,
    pattern=r"(?i)\bbusiness\b|\bmarketing\b|\bstart-?ups?\b|entrepreneur|\bsales\b|product manage"
    r"|\bseo\b|营销|创业|商业|产品经理|销售|运营",
    places=(
        Place(Pair("OpenStax: Business", "OpenStax：商学"), "https://openstax.org/subjects/business", "book"),
        Place(Pair("U.S. Small Business Administration: guide", "美国小企业管理局：指南"),
              "https://www.sba.gov/business-guide", "guide"),
    ),
    table="""
= Customers and value | 客户与价值
== Whom you serve | 为谁服务
. Customers, problems and alternatives | 客户、问题与替代方案 | customer, problem, alternative | 客户, 问题, 替代方案
. Interviews that do not flatter you | 不讨好自己的客户访谈 | interview, past behaviour, evidence | 访谈, 过去的行为, 证据
+. Markets and their size, estimated | 估算市场规模 | market, segment, estimate | 市场, 细分, 估算
== What you offer | 提供什么
. Value proposition in one sentence | 一句话的价值主张 | value, promise, difference | 价值, 承诺, 差异
. Business models side by side | 商业模式比较 | revenue, channel, cost | 收入, 渠道, 成本
+. Competitors and positioning | 竞争与定位 | competitor, positioning | 竞争者, 定位
= Testing and numbers | 验证与数字
== Testing | 验证
* A small test before a big plan | 大计划之前的小试验 | assumption, experiment, criterion | 假设, 试验, 判断标准
* Price: setting and testing it | 定价与价格测试 | price, willingness to pay | 价格, 支付意愿
+* First customers, one by one | 一个一个地获得首批客户 | outreach, referral, conversation | 主动联系, 转介绍, 沟通
== Numbers | 数字
* Costs, margin and break-even | 成本、毛利与盈亏平衡 | fixed cost, margin, break-even | 固定成本, 毛利, 盈亏平衡
* Cash flow for one year | 一年的现金流 | cash flow, forecast, reserve | 现金流, 预测, 储备
+* Reading a balance sheet | 读懂资产负债表 | asset, liability, equity | 资产, 负债, 权益
= Reaching people | 触达客户
== Marketing | 营销
* Messages and channels that fit | 合适的信息与渠道 | message, channel, audience | 信息, 渠道, 受众
* Measuring what a campaign brings | 衡量一次推广的效果 | conversion, cost per customer, funnel | 转化率, 获客成本, 漏斗
+* Sales conversations with respect | 尊重对方的销售对话 | need, objection, follow-up | 需求, 异议, 跟进
= Growing | 成长
== Depth | 提高
! Retention and lifetime value | 留存与客户终身价值 | retention, cohort, lifetime value | 留存, 同期群, 终身价值
! Hiring, roles and decisions | 招聘、分工与决策 | role, delegation, decision | 分工, 授权, 决策
! Strategy: what not to do | 战略：不做什么 | strategy, trade-off, focus | 战略, 取舍, 聚焦
+! Law, tax and contracts: what to ask an expert | 法律、税务与合同：该问专家什么 | contract, liability, tax | 合同, 责任, 税务
""",  # noqa: E501
)  # fmt: skip
CRAFTS: Final = (_WRITING, _COOKING, _BUSINESS)

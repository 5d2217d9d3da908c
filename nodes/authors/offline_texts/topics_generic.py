"""The study structure for a subject without a curriculum of its own."""

from typing import Final

from nodes.authors.offline_texts.topics import Pair, Topic

GENERIC: Final = Topic(
    key="generic",
    name=Pair("{s}", "{s}"),
    kind="field",
    discipline="general",
    pattern=r"(?!)",
    table="""
= Finding your way | 认识与定向
== First overview | 初步概览
. A first look, and what you want from it: {s} | 初步了解与学习目的：{s} | purpose, scope | 目的, 范围
. The words that people in the field use | 这个领域的常用术语 | term, definition | 术语, 定义
+. A short history: how it came to be what it is | 简史：如何发展到今天 | origin, turning point | 起源, 转折点
== Ready to learn | 准备学习
. Choosing good sources and a place to work | 选择可靠的资料与学习场所 | reliable source, routine | 可靠来源, 学习习惯
. A first small result you can show | 第一个可以展示的小成果 | first attempt, result | 首次尝试, 成果
= Fundamentals and guided practice | 基础与引导练习
== Core ideas | 核心概念
* The core ideas: {s} | 核心概念：{s} | core idea, principle | 核心概念, 原理
* How the parts fit together | 各部分如何相互联系 | part and whole, connection | 部分与整体, 联系
+* Typical cases, and cases that only look typical | 典型案例与易混淆案例 | typical case, borderline case | 典型案例, 边界案例
== Guided practice | 引导练习
* First exercises with a model to follow | 参照范例的第一批练习 | model solution, imitation | 范例, 模仿
* Learning from good work by others | 向优秀的作品与经验学习 | good example, close observation | 优秀实例, 仔细观察
+* Common mistakes and how to notice them | 常见错误与自我检查 | typical mistake, self-check | 常见错误, 自我检查
= Working on your own | 独立实践
== Judgement and feedback | 判断与反馈
* Telling good from mediocre | 区分优秀与平庸 | criterion, quality | 标准, 质量
* Asking for feedback and using it | 寻求并运用反馈 | feedback, revision | 反馈, 修改
+* Review: everything so far on one page | 复习：用一页纸总结所学 | summary, gap | 总结, 缺漏
= Going deeper | 深入拓展
== Hard questions | 难题
! One hard question, followed to its end: {s} | 深入研究一个难题：{s} | hard question, evidence | 难题, 证据
! Current debates and open questions | 当前的争论与未解问题 | debate, open question | 争论, 未解问题
! A short lesson for a beginner, given by you | 由你为初学者上一堂小课 | explanation, example | 讲解, 举例
+! A plan for learning on after this roadmap | 学完之后的继续学习计划 | next step, habit | 下一步, 习惯
""",  # noqa: E501
)

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
. What {s} is, and what you want from it | {s}是什么，你想从中得到什么
. The words that people in the field use | 这个领域的常用术语
+. A short history: how it came to be what it is | 简史：它如何发展到今天
== Ready to learn | 准备学习
. Choosing good sources and a place to work | 选择可靠的资料与学习场所
. A first small result you can show | 第一个可以展示的小成果
= Fundamentals and guided practice | 基础与引导练习
== Core ideas | 核心概念
* The core ideas of {s} | {s}的核心概念
* How the parts fit together | 各部分如何相互联系
+* Typical cases, and cases that only look typical | 典型案例与易混淆案例
== Guided practice | 引导练习
* First exercises with a guide or model solution | 参照范例的第一批练习
* Learning from good work by others | 向优秀作品与前人经验学习
+* Common mistakes and how to notice them | 常见错误与自我检查
= Working on your own | 独立实践
== Judgement and feedback | 判断与反馈
* Telling good from mediocre: criteria of quality | 区分优劣：质量标准
* Asking for feedback and using it | 寻求并运用反馈
+* Review: everything so far on one page | 复习：用一页纸总结所学
= Going deeper | 深入拓展
== Depth | 深度
! One hard question of {s}, followed to its end | 深入研究{s}中的一个难题
! Current debates and open questions | 当前的争论与未解问题
! Teaching it: a short lesson for a beginner | 教给别人：为初学者上一堂小课
+! A plan for learning on after this roadmap | 学完之后：继续学习的计划
""",
)

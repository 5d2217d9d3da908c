"""Curricula of data, mathematics and algorithms, and of programming where no language is named."""

from typing import Final

from nodes.authors.offline_texts.topics import Pair, Place, Topic

_MACHINE_LEARNING: Final = Topic(
    key="machine_learning",
    name=Pair("machine learning", "机器学习"),
    kind="field",
    discipline="numbers",
    pattern=r"(?i)machine learning|deep learning|neural network|artificial intelligence|\bai\b|\bml\b"
    r"|\bllms?\b|language model"
    r"|pytorch|tensorflow|机器学习|機械学習|машинн|تعلم الآلة|深度学习|人工智能|神经网络|大模型|大语言模型",
    variants=((r"deep learning|深度学习|neural network|神经网络", Pair("deep learning", "深度学习")),),
    places=(
        Place(
            Pair("scikit-learn user guide", "scikit-learn 用户指南"), "https://scikit-learn.org/stable/user_guide.html"
        ),
        Place(Pair("PyTorch tutorials", "PyTorch 教程"), "https://docs.pytorch.org/tutorials/", "course"),
        Place(Pair("Dive into Deep Learning", "《动手学深度学习》"), "https://d2l.ai/", "book", "https://zh.d2l.ai/"),
    ),
    table="""
= Foundations | 基础准备
== Tools and data | 工具与数据
. Python, notebooks and NumPy arrays | Python、笔记本与 NumPy 数组 | notebook, array, vectorisation
. Loading, cleaning and plotting data | 数据的读取、清洗与绘图 | pandas, missing value, plot
+. Version control and repeatable runs | 版本控制与可重复实验 | Git, random seed, environment
== Mathematics you need | 所需的数学
. Vectors, matrices and linear maps | 向量、矩阵与线性映射 | vector, matrix, dot product | 向量, 矩阵, 点积
. Probability and simple statistics | 概率与基础统计 | distribution, mean, variance | 分布, 均值, 方差
+. Derivatives and gradient descent | 导数与梯度下降 | derivative, gradient, learning rate | 导数, 梯度, 学习率
= Models that learn | 会学习的模型
== Supervised learning | 监督学习
* Linear and logistic regression | 线性回归与逻辑回归 | feature, loss, coefficient | 特征, 损失函数, 系数
* Training, validation and test sets | 训练集、验证集与测试集 | split, overfitting, cross-validation | 数据划分, 过拟合, 交叉验证
+* Decision trees and ensembles | 决策树与集成方法 | tree, random forest, boosting | 决策树, 随机森林, 提升
== Judging a model | 评估模型
* Metrics: accuracy, precision and recall | 评估指标：准确率、精确率与召回率 | precision, recall, ROC | 精确率, 召回率, ROC
* Features, scaling and leakage | 特征工程、缩放与数据泄漏 | scaling, encoding, leakage | 缩放, 编码, 数据泄漏
+* Clustering and dimensionality reduction | 聚类与降维 | k-means, PCA, distance | k 均值, 主成分分析, 距离
= Neural networks and use | 神经网络与应用
== Neural networks | 神经网络
* A neural network from scratch | 从零实现一个神经网络 | layer, activation, backpropagation | 层, 激活函数, 反向传播
* Training with PyTorch | 用 PyTorch 训练模型 | tensor, optimiser, batch | 张量, 优化器, 批次
+* Images, text and pretrained models | 图像、文本与预训练模型 | convolution, embedding, fine-tuning | 卷积, 词嵌入, 微调
= Machine learning in depth | 深入机器学习
== Depth | 专题
! Attention and transformers | 注意力机制与 Transformer | attention, token, transformer | 注意力, 词元, Transformer
! Regularisation and generalisation | 正则化与泛化 | dropout, weight decay, bias and variance | Dropout, 权重衰减, 偏差与方差
! Models in production: drift and monitoring | 生产中的模型：漂移与监控 | drift, monitoring, retraining | 漂移, 监控, 再训练
+! Reading and reproducing a paper | 阅读并复现一篇论文 | ablation, baseline, seed | 消融实验, 基线, 随机种子
""",  # noqa: E501
)
_DATA_SCIENCE: Final = Topic(
    key="data_science",
    name=Pair("data analysis", "数据分析"),
    kind="field",
    discipline="numbers",
    pattern=r"(?i)data (?:science|scientist|analy\w+|engineer\w*|visuali[sz]ation)|\bpandas\b|\bexcel\b"
    r"|(?:in|with|learn) R\b|数据分析|数据科学|数据可视化",
    variants=((r"data scien|数据科学", Pair("data science", "数据科学")),),
    places=(
        Place(Pair("pandas documentation", "pandas 文档"), "https://pandas.pydata.org/docs/"),
        Place(Pair("R for Data Science", "《R 数据科学》"), "https://r4ds.hadley.nz/", "book"),
        Place(Pair("Matplotlib documentation", "Matplotlib 文档"), "https://matplotlib.org/stable/"),
    ),
    table="""
= From question to data | 从问题到数据
== Questions and tables | 问题与数据表
. Turning a question into data you can get | 把问题转化为可获得的数据 | question, variable, unit of analysis | 问题, 变量, 分析单位
. Tables: rows, columns and types | 数据表：行、列与类型 | row, column, data type | 行, 列, 数据类型
+. Spreadsheets without accidents | 用好电子表格 | formula, reference, pivot table | 公式, 引用, 透视表
== Cleaning | 清洗
. Missing, duplicate and strange values | 缺失、重复与异常值 | missing value, duplicate, outlier | 缺失值, 重复值, 异常值
. Joining and reshaping tables | 表的连接与重塑 | join, key, long and wide format | 连接, 键, 长表与宽表
+. Dates, text and units | 日期、文本与单位 | time zone, encoding, unit | 时区, 编码, 单位
= Seeing and reasoning | 观察与推理
== Exploring | 探索
* Summaries, groups and comparisons | 汇总、分组与比较 | median, group, proportion | 中位数, 分组, 比例
* Charts that tell the truth | 如实表达的图表 | axis, scale, chart type | 坐标轴, 刻度, 图表类型
+* SQL for analysts | 分析师的 SQL | SELECT, GROUP BY, JOIN
== Inference | 推断
* Samples, uncertainty and intervals | 样本、不确定性与区间 | sample, standard error, confidence interval | 样本, 标准误, 置信区间
* Correlation, causes and experiments | 相关、因果与实验 | correlation, confounder, A/B test | 相关, 混杂因素, A/B 测试
+* Simple regression and what it says | 简单回归及其解读 | slope, residual, prediction | 斜率, 残差, 预测
= Analysis for others | 为他人分析
== Delivering | 交付
* A reproducible notebook or script | 可复现的笔记本或脚本 | notebook, script, environment | 笔记本, 脚本, 环境
* A report with one clear message | 观点清晰的报告 | message, audience, evidence | 观点, 受众, 依据
+* Dashboards that get used | 有人使用的仪表盘 | indicator, filter, refresh | 指标, 筛选, 刷新
= Data work in depth | 深入数据工作
== Depth | 专题
! Pipelines, tests and data quality | 数据管道、测试与质量 | pipeline, schema, test | 数据管道, 模式, 测试
! Time series and forecasting | 时间序列与预测 | trend, season, forecast error | 趋势, 季节性, 预测误差
! Causal inference without experiments | 无实验的因果推断 | matching, instrument, difference in differences | 匹配, 工具变量, 双重差分
+! Privacy and fairness | 隐私与公平 | anonymisation, bias, consent | 匿名化, 偏差, 同意
""",  # noqa: E501
)
_STATISTICS: Final = Topic(
    key="statistics",
    name=Pair("statistics", "统计学"),
    kind="field",
    discipline="numbers",
    pattern=r"(?i)\bstatistics?\b|\bprobability\b|统计|概率论",
    places=(
        Place(Pair("OpenStax: Introductory Statistics", "OpenStax：统计学导论"),
              "https://openstax.org/subjects/math", "book"),
        Place(Pair("Khan Academy: Statistics and probability", "可汗学院：统计与概率"),
              "https://www.khanacademy.org/math/statistics-probability", "course"),
    ),
    table="""
= Describing data | 描述数据
== Data and pictures | 数据与图形
. Variables, samples and populations | 变量、样本与总体 | variable, sample, population | 变量, 样本, 总体
. Centre and spread | 集中趋势与离散程度 | mean, median, standard deviation | 均值, 中位数, 标准差
+. Histograms, box plots and scatter plots | 直方图、箱线图与散点图 | histogram, quartile, scatter plot | 直方图, 四分位数, 散点图
== Chance | 概率
. Probability and independence | 概率与独立性 | event, independence, conditional probability | 事件, 独立, 条件概率
. Random variables and expectation | 随机变量与期望 | random variable, expectation, variance | 随机变量, 期望, 方差
+. The normal and binomial distributions | 正态分布与二项分布 | normal distribution, binomial | 正态分布, 二项分布
= Reasoning from samples | 由样本推断
== Estimation | 估计
* Sampling distributions and the central limit theorem | 抽样分布与中心极限定理 | standard error, central limit theorem | 标准误, 中心极限定理
* Confidence intervals | 置信区间 | interval, coverage, margin of error | 区间, 覆盖率, 误差范围
+* The bootstrap | 自助法 | resampling, percentile | 重抽样, 百分位数
== Testing | 检验
* Hypothesis tests and p-values | 假设检验与 p 值 | null hypothesis, p-value, power | 原假设, p 值, 检验功效
* Comparing two groups | 两组比较 | t-test, effect size | t 检验, 效应量
+* Counts and the chi-squared test | 计数与卡方检验 | chi-squared, expected count | 卡方, 期望频数
= Models | 统计模型
== Regression | 回归
* Simple linear regression | 简单线性回归 | slope, residual, least squares | 斜率, 残差, 最小二乘
* Several predictors and their traps | 多元回归及其陷阱 | confounding, multicollinearity | 混杂, 多重共线性
+* Analysis of variance | 方差分析 | ANOVA, F-test | 方差分析, F 检验
= Statistics in depth | 深入统计
== Depth | 专题
! Bayesian inference | 贝叶斯推断 | prior, likelihood, posterior | 先验, 似然, 后验
! Generalised linear models | 广义线性模型 | link function, logistic regression | 连接函数, 逻辑回归
! Designing an experiment | 实验设计 | randomisation, blocking, power | 随机化, 区组, 功效
+! Multiple testing and reproducibility | 多重检验与可重复性 | false discovery rate, preregistration | 错误发现率, 预注册
""",  # noqa: E501
)  # fmt: skip
_MATHEMATICS: Final = Topic(
    key="mathematics",
    name=Pair("mathematics", "数学"),
    kind="field",
    discipline="numbers",
    pattern=r"(?i)\bmath(?:s|ematics)?\b|\bcalculus\b|\balgebra\b|\bgeometry\b|数学|微积分|线性代数|高数",
    variants=(
        (r"calculus|微积分", Pair("calculus", "微积分")),
        (r"linear algebra|线性代数", Pair("linear algebra", "线性代数")),
    ),
    places=(
        Place(Pair("OpenStax: Mathematics", "OpenStax：数学"), "https://openstax.org/subjects/math", "book"),
        Place(Pair("Khan Academy: Math", "可汗学院：数学"), "https://www.khanacademy.org/math", "course"),
        Place(Pair("Wolfram MathWorld", "Wolfram MathWorld"), "https://mathworld.wolfram.com/", "encyclopedia"),
    ),
    table="""
= Language and tools | 语言与工具
== Reading mathematics | 读懂数学
. Sets, functions and notation | 集合、函数与记号 | set, function, notation | 集合, 函数, 记号
. Equations and inequalities | 方程与不等式 | equation, inequality, solution | 方程, 不等式, 解
+. Powers, roots and logarithms | 幂、根与对数 | power, root, logarithm | 幂, 根, 对数
== Arguments | 论证
. Statements, examples and counterexamples | 命题、例子与反例 | statement, quantifier, counterexample | 命题, 量词, 反例
. First proofs: direct and by contradiction | 初步证明：直接法与反证法 | proof, assumption, contradiction | 证明, 假设, 矛盾
+. Proof by induction | 数学归纳法 | base case, induction step | 基础步, 归纳步
= Core subjects | 核心内容
== Change | 变化
* Limits and continuity | 极限与连续 | limit, continuity | 极限, 连续
* Derivatives and what they tell | 导数及其意义 | derivative, tangent, extremum | 导数, 切线, 极值
+* Integrals and the fundamental theorem | 积分与微积分基本定理 | integral, area, antiderivative | 积分, 面积, 原函数
== Structure | 结构
* Vectors, lines and planes | 向量、直线与平面 | vector, dot product, plane | 向量, 点积, 平面
* Matrices and linear systems | 矩阵与线性方程组 | matrix, elimination, rank | 矩阵, 消元, 秩
+* Counting: combinations and permutations | 计数：组合与排列 | combination, permutation, factorial | 组合, 排列, 阶乘
= Using mathematics | 运用数学
== Modelling | 建模
* From a situation to a model | 从情境到模型 | model, parameter, simplification | 模型, 参数, 简化
* Estimating and checking results | 估算与检验结果 | estimate, order of magnitude, unit | 估算, 数量级, 单位
+* Optimisation with one variable | 单变量优化 | objective, constraint, critical point | 目标, 约束, 临界点
= Mathematics in depth | 深入数学
== Depth | 专题
! Eigenvalues and diagonalisation | 特征值与对角化 | eigenvalue, eigenvector, basis | 特征值, 特征向量, 基
! Sequences, series and convergence | 数列、级数与收敛 | sequence, series, convergence | 数列, 级数, 收敛
! Functions of several variables | 多元函数 | partial derivative, gradient | 偏导数, 梯度
+! Abstract structures: groups and fields | 抽象结构：群与域 | group, field, homomorphism | 群, 域, 同态
""",  # noqa: E501
)
_ALGORITHMS: Final = Topic(
    key="algorithms",
    name=Pair("algorithms and data structures", "算法与数据结构"),
    kind="field",
    discipline="code",
    pattern=r"(?i)\balgorithms?\b|data structures?|leetcode|coding interview|算法|数据结构|刷题",
    places=(
        Place(Pair("Algorithms, 4th edition: booksite", "《算法（第 4 版）》网站"),
              "https://algs4.cs.princeton.edu/home/", "book"),
        Place(Pair("NIST Dictionary of Algorithms and Data Structures", "NIST 算法与数据结构词典"),
              "https://xlinux.nist.gov/dads/", "encyclopedia"),
    ),
    table="""
= Foundations | 基础
== Cost and order | 代价与数量级
. Counting steps: big-O notation | 计算步数：大 O 记号 | big-O, worst case | 大 O, 最坏情况
. Arrays, strings and two pointers | 数组、字符串与双指针 | array, index, two pointers | 数组, 下标, 双指针
+. Stacks and queues | 栈与队列 | stack, queue, deque | 栈, 队列, 双端队列
== Finding and sorting | 查找与排序
. Binary search and its invariants | 二分查找与不变量 | binary search, invariant | 二分查找, 不变量
. Sorting: merge sort and quicksort | 排序：归并与快速排序 | merge sort, quicksort, stability | 归并排序, 快速排序, 稳定性
+. Hash tables | 哈希表 | hash, collision, load factor | 哈希, 冲突, 装载因子
= Structures | 结构
== Linked structures | 链式结构
* Recursion and linked lists | 递归与链表 | recursion, base case, pointer | 递归, 基准情形, 指针
* Trees and traversals | 树与遍历 | binary tree, traversal, depth | 二叉树, 遍历, 深度
+* Heaps and priority queues | 堆与优先队列 | heap, priority | 堆, 优先级
== Graphs | 图
* Breadth-first and depth-first search | 广度优先与深度优先搜索 | BFS, DFS, visited set | 广度优先, 深度优先, 访问集合
* Shortest paths | 最短路径 | Dijkstra, weight, relaxation | Dijkstra, 权重, 松弛
+* Topological order and union-find | 拓扑排序与并查集 | topological order, union-find | 拓扑排序, 并查集
= Techniques | 方法
== Design | 算法设计
* Greedy choices and when they fail | 贪心策略及其失效 | greedy choice, exchange argument | 贪心选择, 交换论证
* Dynamic programming | 动态规划 | state, recurrence, memo | 状态, 递推, 记忆化
+* Backtracking and pruning | 回溯与剪枝 | backtracking, pruning | 回溯, 剪枝
= Algorithms in depth | 深入算法
== Depth | 专题
! Balanced trees and range queries | 平衡树与区间查询 | balanced tree, segment tree | 平衡树, 线段树
! Network flow and matching | 网络流与匹配 | flow, cut, matching | 流, 割, 匹配
! NP-completeness and approximation | NP 完全性与近似算法 | reduction, NP, approximation | 归约, NP, 近似
+! Randomised algorithms | 随机算法 | expected time, hashing | 期望时间, 哈希
""",  # noqa: E501
)  # fmt: skip
_PROGRAMMING: Final = Topic(
    key="programming",
    name=Pair("programming", "编程"),
    kind="field",
    discipline="code",
    weak=True,
    variants=(
        (r"C\+\+", Pair("C++", "C++")),
        (r"\bC#", Pair("C#", "C#")),
        (r"\bphp\b", Pair("PHP", "PHP")),
        (r"\bruby\b", Pair("Ruby", "Ruby")),
        (r"\bswift\b", Pair("Swift", "Swift")),
        (r"\bhaskell\b", Pair("Haskell", "Haskell")),
        (r"\bscala\b", Pair("Scala", "Scala")),
    ),
    search=Pair("{s} software development", "{s} 软件开发"),
    pattern=r"(?i)C\+\+|\bC#|\bphp\b|\bruby\b|\bswift\b|\bhaskell\b|\bscala\b|\bprogramm(?:ing|er)"
    r"|\bcoding\b|\bcode\b|\bsoftware\b|برمجة|програм|プログラ"
    r"|프로그래밍|\bprogramaci|\bprogrammier|编程|程序|软件",
    places=(
        Place(
            Pair("MDN web docs", "MDN"),
            "https://developer.mozilla.org/en-US/",
            zh="https://developer.mozilla.org/zh-CN/",
        ),
        Place(Pair("Git documentation", "Git 文档"), "https://git-scm.com/doc", zh="https://git-scm.com/book/zh/v2"),
        Place(Pair("CS50", "CS50"), "https://cs50.harvard.edu/x/", "course"),
    ),
    table="""
= First programs | 第一批程序
== Talking to a computer | 与计算机对话
. Choosing a language and setting it up | 选择并安装一门语言 | editor, interpreter, terminal | 编辑器, 解释器, 终端
. Values, variables and decisions | 值、变量与判断 | variable, type, condition | 变量, 类型, 条件
+. Loops and lists | 循环与列表 | loop, list, index | 循环, 列表, 下标
== Building blocks | 基本部件
. Functions and reading errors | 函数与读懂错误 | function, parameter, error message | 函数, 参数, 错误信息
. Files and simple data formats | 文件与简单数据格式 | file, CSV, JSON | 文件, CSV, JSON
+. Saving your work with Git | 用 Git 保存成果 | commit, branch, diff | 提交, 分支, 差异
= Programs that hold | 站得住的程序
== Structure | 结构
* Breaking a problem into parts | 把问题拆成部分 | decomposition, module, interface | 分解, 模块, 接口
* Objects and data types of your own | 自定义类型与对象 | class, object, method | 类, 对象, 方法
+* Choosing a data structure | 选择数据结构 | list, map, set | 列表, 映射, 集合
== Trust | 可信
* Tests that catch mistakes | 能发现错误的测试 | test, assertion, edge case | 测试, 断言, 边界情况
* Debugging with method | 有条理地调试 | breakpoint, hypothesis, bisection | 断点, 假设, 二分排查
+* Readable code and refactoring | 可读的代码与重构 | name, refactoring, duplication | 命名, 重构, 重复
= Programs for people | 给人用的程序
== Connecting | 连接外部
* Using libraries and web services | 使用类库与网络服务 | library, API, documentation | 类库, 接口, 文档
* Keeping data in a database | 用数据库保存数据 | table, query, key | 表, 查询, 键
+* Publishing what you made | 发布你的作品 | package, deployment, licence | 打包, 部署, 许可证
= Programming in depth | 深入编程
== Depth | 专题
! Doing several things at once | 同时做多件事：并发 | thread, async, race condition | 线程, 异步, 竞态
! How programs use memory and time | 程序如何使用内存与时间 | memory, profiler, complexity | 内存, 性能分析, 复杂度
! Reading a large code base | 阅读大型代码库 | architecture, dependency, entry point | 架构, 依赖, 入口
+! Contributing to an open project | 参与开源项目 | issue, pull request, review | 问题单, 合并请求, 评审
""",
)
NUMBERS: Final = (_MACHINE_LEARNING, _DATA_SCIENCE, _STATISTICS, _MATHEMATICS, _ALGORITHMS, _PROGRAMMING)

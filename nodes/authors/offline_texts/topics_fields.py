"""Curricula of software fields: building it, running it, keeping it safe."""

from typing import Final

from nodes.authors.offline_texts.topics import Pair, Place, Topic

_BACKEND: Final = Topic(
    key="backend",
    name=Pair("backend engineering", "后端开发"),
    kind="field",
    discipline="code",
    pattern=r"(?i)\bback[- ]?end|\bserver[- ]side|\bmicroservices?|\brest apis?\b|system design|后端"
    r"|服务端|微服务|系统设计",
    places=(
        Place(
            Pair("MDN: HTTP", "MDN：HTTP"),
            "https://developer.mozilla.org/en-US/docs/Web/HTTP",
            zh="https://developer.mozilla.org/zh-CN/docs/Web/HTTP",
        ),
        Place(Pair("PostgreSQL documentation", "PostgreSQL 文档"), "https://www.postgresql.org/docs/"),
        Place(
            Pair("The Twelve-Factor App", "十二要素应用"),
            "https://12factor.net/",
            "guide",
            "https://12factor.net/zh_cn/",
        ),
    ),
    table="""
= How servers work | 服务器如何工作
== The network underneath | 网络基础
. HTTP: requests, responses and status codes | HTTP：请求、响应与状态码 | method, header, status code
. Processes, ports and the command line | 进程、端口与命令行 | process, port, shell
+. DNS, TLS and what happens behind a URL | DNS、TLS 与网址背后的过程 | DNS, TLS, certificate
== A first service | 第一个服务
. A small JSON API from nothing | 从零编写一个小型 JSON 接口 | route, JSON, handler
. Version control and readable commits | 版本控制与清晰的提交 | Git, branch, commit
+. Configuration, secrets and environments | 配置、密钥与环境 | environment variable, secret
= Data and correctness | 数据与正确性
== Storing data | 数据存储
* Relational modelling and SQL queries | 关系建模与 SQL 查询 | table, JOIN, primary key
* Transactions, indexes and migrations | 事务、索引与数据库迁移 | transaction, index, migration
+* Caching and when it goes wrong | 缓存及其陷阱 | cache, expiry, invalidation
== Trustworthy code | 可靠的代码
* Tests for handlers and data access | 为接口与数据访问编写测试 | unit test, integration test, fixture
* Authentication and authorisation | 身份认证与授权 | session, token, password hash
+* Validation, errors and idempotency | 校验、错误处理与幂等 | validation, error code, idempotency key
= Running a service | 运行一个服务
== In production | 生产环境
* Containers and deployment | 容器与部署 | image, container, rollback
* Logs, metrics and alerts | 日志、指标与告警 | structured log, metric, alert
+* Queues and background work | 队列与后台任务 | queue, worker, retry
= Systems under load | 高负载系统
== Scale and failure | 规模与故障
! Concurrency, locks and consistency | 并发、锁与一致性 | race condition, lock, isolation level
! Timeouts, retries and back-pressure | 超时、重试与背压 | timeout, backoff, circuit breaker
! Replication and partitioning | 复制与分区 | replica, shard, consensus
+! Finding a bottleneck by measuring | 用测量找出瓶颈 | profiler, latency, load test
""",
)
_FRONTEND: Final = Topic(
    key="frontend",
    name=Pair("web frontend development", "Web 前端开发"),
    kind="field",
    discipline="code",
    pattern=r"(?i)\bfront[- ]?end|\bweb ?(?:site|page|dev|app|design)|\breact\b|\bvue\b|\bangular\b"
    r"|\bhtml\b|\bcss\b|前端|网页|网站",
    places=(
        Place(
            Pair("MDN: Learn web development", "MDN：学习 Web 开发"),
            "https://developer.mozilla.org/en-US/docs/Learn_web_development",
            "course",
            "https://developer.mozilla.org/zh-CN/docs/Learn_web_development",
        ),
        Place(Pair("web.dev", "web.dev"), "https://web.dev/learn", "course"),
        Place(Pair("React documentation", "React 文档"), "https://react.dev/", zh="https://zh-hans.react.dev/"),
    ),
    table="""
= The page | 页面基础
== Structure and style | 结构与样式
. HTML: documents with meaning | HTML：有语义的文档 | element, heading, landmark
. CSS: selectors, box model and cascade | CSS：选择器、盒模型与层叠 | selector, box model, cascade
+. Forms and their labels | 表单与标签 | form, label, input
== Layout | 布局
. Layout with flexbox and grid | 用 flexbox 与 grid 布局 | flexbox, grid, gap
. Responsive pages for any screen | 适配各种屏幕的响应式页面 | media query, viewport, rem
+. Colour, type and contrast | 颜色、字体与对比度 | contrast ratio, font, custom property
= Behaviour | 交互行为
== JavaScript in the page | 页面中的 JavaScript
* The DOM, events and state | DOM、事件与状态 | DOM, event, state
* Fetching data and showing failure | 获取数据与展示错误 | fetch, Promise, loading state
+* Modules and build tools | 模块与构建工具 | ES module, bundler, npm
== Components | 组件
* Components, props and composition | 组件、属性与组合 | component, props, composition
* Routing and shared state | 路由与共享状态 | route, store, URL
+* Types for components | 组件的类型 | TypeScript, interface, generic
= A site people can use | 好用的网站
== Quality | 质量
* Accessibility: keyboard and screen reader | 无障碍：键盘与读屏软件 | ARIA, focus, alt text
* Testing what users see | 测试用户看到的内容 | component test, end-to-end test
+* Publishing a site | 发布网站 | hosting, build, cache header
= The browser in depth | 深入浏览器
== Speed and architecture | 性能与架构
! Rendering, layout and paint | 渲染、布局与绘制 | reflow, paint, frame
! Measuring and improving load time | 测量并改善加载时间 | Core Web Vitals, lazy loading
! Server rendering and hydration | 服务端渲染与注水 | SSR, hydration, streaming
+! A design system that lasts | 可持续的设计系统 | design token, component library
""",
)
_DATABASES: Final = Topic(
    key="databases",
    name=Pair("databases and SQL", "数据库与 SQL"),
    kind="field",
    discipline="code",
    pattern=r"(?i)\bsql\b|\bdatabases?\b|postgres|mysql|sqlite|数据库",
    places=(
        Place(Pair("PostgreSQL documentation", "PostgreSQL 文档"), "https://www.postgresql.org/docs/"),
        Place(Pair("SQLite documentation", "SQLite 文档"), "https://www.sqlite.org/docs.html"),
        Place(Pair("MySQL documentation", "MySQL 文档"), "https://dev.mysql.com/doc/"),
    ),
    table="""
= Asking questions with SQL | 用 SQL 提问
== First queries | 第一批查询
. Tables, rows and SELECT | 表、行与 SELECT | table, row, SELECT
. Filtering, sorting and NULL | 筛选、排序与 NULL | WHERE, ORDER BY, NULL
+. Functions on text, numbers and dates | 文本、数字与日期函数 | COALESCE, date, CAST
== Combining tables | 连接多张表
. Joins, inner and outer | 内连接与外连接 | INNER JOIN, LEFT JOIN, key
. Grouping and aggregates | 分组与聚合 | GROUP BY, COUNT, HAVING
+. Subqueries and common table expressions | 子查询与公用表表达式 | WITH, EXISTS, IN
= Designing a database | 设计数据库
== Models | 模型
* From a problem to tables and keys | 从问题到表与键 | entity, primary key, foreign key
* Normal forms and when to leave them | 范式及其取舍 | normal form, redundancy
+* Constraints that keep data true | 保证数据正确的约束 | CHECK, UNIQUE, NOT NULL
== Changing data | 修改数据
* INSERT, UPDATE and DELETE without accidents | 安全地增、改、删 | UPDATE, RETURNING, upsert
* Transactions and isolation | 事务与隔离级别 | COMMIT, ROLLBACK, isolation level
+* Migrations step by step | 逐步进行数据库迁移 | migration, ALTER TABLE
= Databases at work | 数据库实战
== Speed | 性能
* Indexes and how they are chosen | 索引及其选用 | B-tree, index, selectivity
* Reading an execution plan | 读懂执行计划 | EXPLAIN, scan, cost
+* Window functions for reports | 用窗口函数做报表 | OVER, PARTITION BY, rank
= Databases in depth | 深入数据库
== Under the surface | 深层原理
! Locks, deadlocks and MVCC | 锁、死锁与多版本并发 | lock, deadlock, MVCC
! Backup, restore and replication | 备份、恢复与复制 | WAL, backup, replica
! Choosing between relational, document and graph | 在关系、文档与图数据库之间选择 | JSON, document, graph
+! Partitioning large tables | 大表分区 | partition, vacuum, archive
""",
)
_DEVOPS: Final = Topic(
    key="devops",
    name=Pair("DevOps and cloud", "DevOps 与云计算"),
    kind="field",
    discipline="code",
    pattern=r"(?i)\bdevops\b|\bcloud\b(?! (?:storage|types|watching))|kubernetes|\bk8s\b|docker"
    r"|terraform|\baws\b|\bazure\b|\bsre\b"
    r"|云原生|云计算|运维|容器",
    variants=(
        (r"kubernetes|\bk8s\b", Pair("Kubernetes", "Kubernetes")),
        (r"docker|容器", Pair("Docker and containers", "Docker 与容器")),
    ),
    places=(
        Place(Pair("Docker documentation", "Docker 文档"), "https://docs.docker.com/"),
        Place(
            Pair("Kubernetes documentation", "Kubernetes 文档"),
            "https://kubernetes.io/docs/home/",
            zh="https://kubernetes.io/zh-cn/docs/home/",
        ),
        Place(
            Pair("Google: Site Reliability Engineering", "谷歌：站点可靠性工程"), "https://sre.google/books/", "book"
        ),
    ),
    table="""
= Foundations of operations | 运维基础
== The machine | 主机
. The Linux shell and files | Linux 命令行与文件 | shell, pipe, permission
. Networks: addresses, ports and DNS | 网络：地址、端口与 DNS | IP, port, DNS
+. Services and their logs | 服务与日志 | systemd, journal, log
== Containers | 容器
. Images, containers and registries | 镜像、容器与仓库 | image, container, registry
. A Dockerfile that is small and safe | 编写小而安全的 Dockerfile | layer, cache, non-root
+. Several containers together | 多容器协作 | compose, volume, network
= Automation | 自动化
== Delivery | 交付
* Continuous integration from the first commit | 从第一次提交开始持续集成 | pipeline, test, artifact
* Deployment strategies and rollback | 部署策略与回滚 | rolling update, canary, rollback
+* Secrets and configuration | 密钥与配置 | secret, environment, vault
== Infrastructure | 基础设施
* Infrastructure as code | 基础设施即代码 | Terraform, state, plan
* Kubernetes: pods, deployments and services | Kubernetes：Pod、Deployment 与 Service | pod, deployment, service
+* Cloud building blocks and what they cost | 云服务的组成与费用 | virtual machine, object storage, billing
= Running reliably | 稳定运行
== Observing | 可观测性
* Metrics, logs and traces | 指标、日志与链路追踪 | metric, log, trace
* Alerts, incidents and learning from them | 告警、事故与复盘 | alert, incident, postmortem
+* Backups that have been restored once | 真正恢复过的备份 | backup, restore, RPO
= Platforms in depth | 深入平台
== Scale and safety | 规模与安全
! Service levels and error budgets | 服务等级与错误预算 | SLI, SLO, error budget
! Autoscaling, scheduling and limits | 自动伸缩、调度与资源限制 | autoscaler, request, limit
! Supply chain and cluster security | 供应链与集群安全 | SBOM, signature, network policy
+! Planning for disaster | 灾难恢复演练 | failover, region, drill
""",
)
_LINUX: Final = Topic(
    key="linux",
    name=Pair("Linux", "Linux"),
    kind="field",
    discipline="code",
    pattern=r"(?i)\blinux\b|\bubuntu\b|\bdebian\b|\bbash\b|command line|shell script",
    places=(
        Place(Pair("Linux man pages", "Linux 手册页"), "https://man7.org/linux/man-pages/"),
        Place(Pair("ArchWiki", "ArchWiki"), "https://wiki.archlinux.org/", "wiki", "https://wiki.archlinuxcn.org/"),
        Place(Pair("GNU Bash manual", "GNU Bash 手册"), "https://www.gnu.org/software/bash/manual/"),
    ),
    table="""
= At home in the shell | 熟悉命令行
== First steps | 第一步
. Files, paths and getting help | 文件、路径与获取帮助 | ls, cd, man
. Reading and editing text | 查看与编辑文本 | less, nano, vim
+. Users, groups and permissions | 用户、用户组与权限 | chmod, sudo, umask
== Combining commands | 组合命令
. Pipes, redirection and globs | 管道、重定向与通配符 | pipe, stdout, glob
. Searching with grep and find | 用 grep 与 find 搜索 | grep, find, regular expression
+. Processes and jobs | 进程与作业 | ps, kill, signal
= A system you look after | 维护一个系统
== Administration | 系统管理
* Packages and updates | 软件包与更新 | apt, repository, dependency
* Services and logs with systemd | 用 systemd 管理服务与日志 | systemctl, journalctl, unit
+* Disks, mounts and space | 磁盘、挂载与空间 | mount, df, filesystem
== Scripting | 脚本
* Shell scripts that fail safely | 出错也安全的 Shell 脚本 | exit code, quoting, set -e
* Scheduling and automation | 定时任务与自动化 | cron, timer, script
+* Text processing with sed and awk | 用 sed 与 awk 处理文本 | sed, awk, field
= Linux on the network | 网络中的 Linux
== Servers | 服务器
* Remote work with SSH | 用 SSH 远程工作 | ssh, key, scp
* Network tools and firewalls | 网络工具与防火墙 | ip, ss, nftables
+* A web server with TLS | 带 TLS 的网页服务器 | nginx, certificate, port
= Linux in depth | 深入 Linux
== Kernel and performance | 内核与性能
! System calls, seen with strace | 用 strace 观察系统调用 | system call, strace, file descriptor
! Namespaces and control groups | 命名空间与控制组 | namespace, cgroup, container
! Memory, load and where time goes | 内存、负载与时间去向 | perf, page cache, load average
+! Boot, modules and recovery | 启动、模块与恢复 | bootloader, initramfs, rescue
""",
)
_SECURITY: Final = Topic(
    key="security",
    name=Pair("information security", "信息安全"),
    kind="field",
    discipline="code",
    pattern=r"(?i)cyber ?security|(?:information|network|web|application|it|computer) security"
    r"|ethical hack|penetration test|pentest|infosec"
    r"|网络安全|信息安全|渗透测试",
    places=(
        Place(Pair("OWASP", "OWASP"), "https://owasp.org/", "guide"),
        Place(Pair("OWASP Cheat Sheet Series", "OWASP 备忘单"), "https://cheatsheetseries.owasp.org/", "guide"),
        Place(Pair("NIST Computer Security Resource Center", "NIST 计算机安全资源中心"), "https://csrc.nist.gov/"),
    ),
    table="""
= Thinking about security | 安全思维
== Threats | 威胁
. Assets, threats and risk | 资产、威胁与风险 | asset, threat, risk
. What you may test: law and consent | 可以测试什么：法律与授权 | consent, scope, disclosure
+. How famous incidents happened | 著名安全事件是怎样发生的 | breach, cause, lesson
== Foundations | 基础
. Networks and protocols for defenders | 防守者需要的网络与协议知识 | TCP, DNS, TLS
. Passwords, hashing and second factors | 口令、哈希与双因素认证 | hash, salt, MFA
+. Linux and the shell for security work | 安全工作中的 Linux | permission, process, log
= Attack and defence | 攻击与防御
== Web applications | Web 应用
* Injection and how to prevent it | 注入攻击与防范 | SQL injection, parameter, escaping
* Cross-site scripting and request forgery | 跨站脚本与请求伪造 | XSS, CSRF, CSP
+* Access control mistakes | 访问控制缺陷 | authorisation, IDOR, least privilege
== Cryptography in use | 密码学应用
* Symmetric and public-key encryption | 对称加密与公钥加密 | AES, RSA, key
* Certificates and TLS in practice | 证书与 TLS 实践 | certificate, chain, revocation
+* Managing keys and secrets | 密钥与机密管理 | key rotation, vault, secret
= Working in security | 安全实战
== Practice | 实践
* Threat modelling of a small system | 为小型系统做威胁建模 | STRIDE, trust boundary, mitigation
* Finding and reporting a flaw in a lab | 在实验环境中发现并报告漏洞 | lab, scanner, report
+* Detection, logs and response | 检测、日志与响应 | SIEM, indicator, containment
= Security in depth | 深入安全
== Depth | 专题
! Memory safety and exploitation | 内存安全与漏洞利用 | buffer overflow, ASLR, sandbox
! Cloud and supply-chain security | 云与供应链安全 | IAM, SBOM, signature
! Forensics after an incident | 事件后的取证 | timeline, evidence, image
+! Designing for zero trust | 零信任设计 | identity, segmentation, verification
""",
)
FIELDS: Final = (_BACKEND, _FRONTEND, _DATABASES, _DEVOPS, _LINUX, _SECURITY)

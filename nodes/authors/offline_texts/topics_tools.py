"""Curricula of programming languages."""

from typing import Final

from nodes.authors.offline_texts.topics import Pair, Place, Topic

_SEARCH: Final = Pair("{s} programming", "{s} 编程")
_PYTHON: Final = Topic(
    key="python",
    name=Pair("Python", "Python"),
    kind="tool",
    discipline="code",
    search=_SEARCH,
    pattern=r"(?i)\bpython|بايثون|パイソン",
    places=(
        Place(
            Pair("Python documentation", "Python 官方文档"),
            "https://docs.python.org/3/",
            zh="https://docs.python.org/zh-cn/3/",
        ),
        Place(Pair("Python Packaging User Guide", "Python 打包用户指南"), "https://packaging.python.org/"),
    ),
    table="""
= Python foundations | Python 基础
== First scripts | 第一批脚本
. Installing Python and running scripts | 安装 Python 与运行脚本 | interpreter, REPL, venv
. Values, variables and control flow | 值、变量与流程控制 | int, str, if, for
+. Strings and text formatting | 字符串与文本格式化 | f-string, slicing, Unicode
== Data and functions | 数据与函数
. Lists, tuples, dictionaries and sets | 列表、元组、字典与集合 | list, dict, set, comprehension
. Functions, arguments and scope | 函数、参数与作用域 | def, keyword argument, return, scope
+. Files, paths and exceptions | 文件、路径与异常 | open, pathlib, try, with
= Working Python | Python 实战
== Structure | 代码结构
* Modules, packages and virtual environments | 模块、包与虚拟环境 | import, pip, pyproject.toml
* Classes, dataclasses and protocols | 类、数据类与协议 | class, dataclass, Protocol
+* Iterators, generators and context managers | 迭代器、生成器与上下文管理器 | yield, iter, with
== Quality | 代码质量
* Testing with pytest | 用 pytest 编写测试 | assert, fixture, parametrize
* Type hints and static checking | 类型标注与静态检查 | annotation, mypy, TypedDict
+* Logging, debugging and profiling | 日志、调试与性能分析 | logging, pdb, cProfile
= Python in the world | Python 的应用
== Talking to the outside | 与外界交互
* HTTP clients and web APIs | HTTP 客户端与 Web 接口 | requests, JSON, status code
* Databases from Python | 在 Python 中使用数据库 | SQL, connection, transaction
+* Command-line tools that people like | 编写好用的命令行工具 | argparse, exit code, stdin
= Python in depth | 深入 Python
== Under the surface | 深层原理
! Concurrency with asyncio, threads and processes | 并发：asyncio、线程与进程 | event loop, GIL, await
! The data model and descriptors | 数据模型与描述符 | dunder method, descriptor, metaclass
! Memory, performance and native extensions | 内存、性能与原生扩展 | reference count, NumPy, C API
+! Publishing and maintaining a package | 发布与维护软件包 | wheel, PyPI, semantic versioning
""",
)
_GO: Final = Topic(
    key="go",
    name=Pair("Go", "Go"),
    kind="tool",
    discipline="code",
    search=_SEARCH,
    pattern=r"(?i:\bgolang\b|\b(?:in|with|learn|using) go$)|(?<![A-Za-z])G[oO](?![A-Za-z])(?! to\b)"
    r"|(?<![a-z])go ?语言",
    places=(
        Place(Pair("Go documentation", "Go 官方文档"), "https://go.dev/doc/"),
        Place(Pair("A Tour of Go", "Go 语言之旅"), "https://go.dev/tour/", "course"),
        Place(Pair("Go standard library", "Go 标准库"), "https://pkg.go.dev/std"),
    ),
    table="""
= Go foundations | Go 基础
== First programs | 第一批程序
. Installing Go, modules and the go command | 安装 Go、模块与 go 命令 | go.mod, go run, toolchain
. Variables, types and control flow | 变量、类型与流程控制 | var, for, switch, zero value
+. Formatting, vetting and project layout | 格式化、静态检查与项目结构 | gofmt, go vet, package
== Data and functions | 数据与函数
. Slices, maps and structs | 切片、映射与结构体 | slice, map, struct, append
. Functions, methods and errors as values | 函数、方法与错误值 | error, defer, receiver
+. Pointers and when to use them | 指针及其使用时机 | pointer, nil, value semantics
= Working Go | Go 实战
== Abstraction | 抽象
* Interfaces and composition | 接口与组合 | interface, embedding, io.Reader
* Goroutines, channels and select | 协程、通道与 select | goroutine, channel, select
+* Generics where they help | 恰当地使用泛型 | type parameter, constraint
== Quality | 代码质量
* Table-driven tests and benchmarks | 表驱动测试与基准测试 | go test, subtest, benchmark
* Context, cancellation and timeouts | 上下文、取消与超时 | context, deadline, cancel
+* Structured logging and configuration | 结构化日志与配置 | slog, environment, flag
= Go in services | 用 Go 编写服务
== HTTP and data | 接口与数据
* HTTP servers with net/http | 用 net/http 编写服务 | handler, ServeMux, middleware
* Databases with database/sql | 用 database/sql 访问数据库 | query, transaction, connection pool
+* JSON, encoding and validation | JSON、编码与校验 | encoding/json, struct tag
= Go in depth | 深入 Go
== Under the surface | 深层原理
! Concurrency patterns and data races | 并发模式与数据竞争 | worker pool, mutex, race detector
! Profiling and memory: pprof, escape analysis | 性能与内存：pprof 与逃逸分析 | pprof, allocation, escape analysis
! How the scheduler and garbage collector work | 调度器与垃圾回收的原理 | scheduler, GC, GOMAXPROCS
+! Designing packages and stable APIs | 设计软件包与稳定接口 | API, semantic versioning, godoc
""",
)
_RUST: Final = Topic(
    key="rust",
    name=Pair("Rust", "Rust"),
    kind="tool",
    discipline="code",
    search=_SEARCH,
    pattern=r"(?i)\brust\b(?! (?:removal|belt|remover))|rust ?语言",
    places=(
        Place(
            Pair("The Rust Programming Language", "《Rust 程序设计语言》"), "https://doc.rust-lang.org/book/", "book"
        ),
        Place(Pair("Rust standard library", "Rust 标准库"), "https://doc.rust-lang.org/std/"),
        Place(Pair("Rust by Example", "通过例子学 Rust"), "https://doc.rust-lang.org/rust-by-example/", "course"),
    ),
    table="""
= Rust foundations | Rust 基础
== First programs | 第一批程序
. Cargo, crates and a first program | Cargo、crate 与第一个程序 | cargo, crate, rustup
. Variables, types and control flow | 变量、类型与流程控制 | let, mut, match, loop
+. Strings, slices and vectors | 字符串、切片与动态数组 | String, Vec, slice
== Ownership | 所有权
. Ownership and moves | 所有权与移动 | ownership, move, Clone, Drop
. Borrowing and references | 借用与引用 | borrow, reference, lifetime
+. Structs, enums and pattern matching | 结构体、枚举与模式匹配 | struct, enum, match
= Working Rust | Rust 实战
== Abstraction | 抽象
* Traits and generics | 特征与泛型 | trait, generic, impl
* Errors with Result, Option and the ? operator | 用 Result、Option 与 ? 处理错误 | Result, Option, panic
+* Closures and iterators | 闭包与迭代器 | closure, Iterator, map
== Quality | 代码质量
* Testing and documentation tests | 测试与文档测试 | cargo test, doctest, assert_eq
* Smart pointers and interior mutability | 智能指针与内部可变性 | Box, Rc, RefCell
+* Modules, workspaces and features | 模块、工作区与特性开关 | mod, workspace, feature
= Rust at work | Rust 的应用
== Programs that last | 可靠的程序
* Threads, Send and Sync | 线程、Send 与 Sync | thread, Arc, Mutex
* Command-line tools and files | 命令行工具与文件 | clap, std::fs, serde
+* Async Rust with Tokio | 用 Tokio 编写异步程序 | async, await, Future
= Rust in depth | 深入 Rust
== Under the surface | 深层原理
! Lifetimes and variance in real interfaces | 真实接口中的生命周期与型变 | lifetime, variance, PhantomData
! Unsafe code and its contracts | unsafe 代码及其约定 | unsafe, raw pointer, Miri
! Macros, declarative and procedural | 声明宏与过程宏 | macro_rules, derive, syn
+! Performance: allocation, layout and benchmarks | 性能：分配、布局与基准测试 | Criterion, cache, allocation
""",
)
_JAVASCRIPT: Final = Topic(
    key="javascript",
    name=Pair("JavaScript", "JavaScript"),
    kind="tool",
    discipline="code",
    search=_SEARCH,
    pattern=r"(?i)javascript|typescript|node\.?js",
    variants=(
        (r"typescript", Pair("TypeScript", "TypeScript")),
        (r"node\.?js", Pair("Node.js", "Node.js")),
    ),
    places=(
        Place(
            Pair("MDN: JavaScript", "MDN：JavaScript"),
            "https://developer.mozilla.org/en-US/docs/Web/JavaScript",
            zh="https://developer.mozilla.org/zh-CN/docs/Web/JavaScript",
        ),
        Place(Pair("TypeScript documentation", "TypeScript 文档"), "https://www.typescriptlang.org/docs/"),
        Place(Pair("Node.js documentation", "Node.js 文档"), "https://nodejs.org/docs/latest/api/"),
    ),
    table="""
= JavaScript foundations | JavaScript 基础
== First scripts | 第一批脚本
. Running code in the browser and in Node.js | 在浏览器与 Node.js 中运行代码 | console, DevTools, Node.js
. Values, variables and control flow | 值、变量与流程控制 | let, const, typeof, for
+. Equality, truthiness and coercion | 相等、真值与类型转换 | ===, undefined, NaN
== Data and functions | 数据与函数
. Objects, arrays and destructuring | 对象、数组与解构 | object, array, spread
. Functions, closures and this | 函数、闭包与 this | closure, arrow function, this
+. Array methods: map, filter and reduce | 数组方法：map、filter 与 reduce | map, filter, reduce
= Working JavaScript | JavaScript 实战
== Asynchrony | 异步
* The event loop, promises and async functions | 事件循环、Promise 与异步函数 | Promise, async, await
* Fetching data and handling failure | 获取数据与处理失败 | fetch, JSON, AbortController
+* Modules, packages and npm | 模块、软件包与 npm | import, package.json, npm
== Types and tests | 类型与测试
* Types with TypeScript | 用 TypeScript 添加类型 | interface, union type, tsconfig
* Unit tests with a test runner | 用测试框架编写单元测试 | test, assertion, mock
+* Linting, formatting and debugging | 代码检查、格式化与调试 | ESLint, breakpoint, source map
= JavaScript in applications | JavaScript 的应用
== Pages and services | 页面与服务
* The DOM, events and forms | DOM、事件与表单 | DOM, event, form
* A small HTTP service | 一个小型 HTTP 服务 | route, request, response
+* State, storage and caching | 状态、存储与缓存 | localStorage, cache, state
= JavaScript in depth | 深入 JavaScript
== Under the surface | 深层原理
! Advanced types: generics and narrowing | 高级类型：泛型与类型收窄 | generic, narrowing, conditional type
! Memory, performance and workers | 内存、性能与 Worker | garbage collection, profiler, Worker
! Prototypes, proxies and metaprogramming | 原型、代理与元编程 | prototype, Proxy, Symbol
+! Building and publishing a library | 构建与发布类库 | bundler, ESM, semantic versioning
""",
)
_JAVA: Final = Topic(
    key="java",
    name=Pair("Java", "Java"),
    kind="tool",
    discipline="code",
    search=_SEARCH,
    pattern=r"(?i)\bjava\b(?!\s?script)|\bspring boot\b|\bkotlin\b",
    variants=((r"kotlin", Pair("Kotlin and the JVM", "Kotlin 与 JVM")),),
    places=(
        Place(Pair("Learn Java (dev.java)", "学习 Java（dev.java）"), "https://dev.java/learn/", "course"),
        Place(Pair("Java SE documentation", "Java SE 文档"), "https://docs.oracle.com/en/java/javase/"),
    ),
    table="""
= Java foundations | Java 基础
== First programs | 第一批程序
. The JDK, compiling and running | JDK、编译与运行 | JDK, javac, JVM
. Types, variables and control flow | 类型、变量与流程控制 | int, String, if, for
+. Methods, parameters and arrays | 方法、参数与数组 | method, parameter, array
== Objects | 面向对象
. Classes, objects and constructors | 类、对象与构造方法 | class, constructor, field
. Interfaces, inheritance and composition | 接口、继承与组合 | interface, extends, override
+. Records, enums and equality | 记录类、枚举与相等 | record, enum, equals
= Working Java | Java 实战
== Core library | 核心类库
* Collections and generics | 集合与泛型 | List, Map, generic
* Exceptions and resources | 异常与资源管理 | exception, try-with-resources, finally
+* Streams and lambdas | 流与 Lambda 表达式 | Stream, lambda, Optional
== Quality | 代码质量
* Builds with Maven or Gradle | 用 Maven 或 Gradle 构建 | Maven, Gradle, dependency
* Unit tests with JUnit | 用 JUnit 编写单元测试 | JUnit, assertion, test double
+* Logging and debugging | 日志与调试 | SLF4J, breakpoint, stack trace
= Java in services | 用 Java 编写服务
== HTTP and data | 接口与数据
* A REST service with Spring Boot | 用 Spring Boot 编写 REST 服务 | controller, dependency injection
* Persistence with JDBC and JPA | 用 JDBC 与 JPA 持久化 | JDBC, entity, transaction
+* Configuration and packaging | 配置与打包 | jar, profile, container
= Java in depth | 深入 Java
== Under the surface | 深层原理
! Concurrency and virtual threads | 并发与虚拟线程 | thread, executor, virtual thread
! The memory model and garbage collectors | 内存模型与垃圾回收器 | heap, GC, happens-before
! Measuring and tuning the JVM | JVM 的测量与调优 | JFR, JMH, JIT
+! Class loading, reflection and annotations | 类加载、反射与注解 | class loader, reflection, annotation
""",
)
TOOLS: Final = (_PYTHON, _GO, _RUST, _JAVASCRIPT, _JAVA)

"""What key terms of the software tables are called in Chinese, where they are words and not names in code."""

from typing import Final

_GLOSSARY = """
interpreter=解释器; toolchain=工具链; scope=作用域; keyword argument=关键字参数; slicing=切片; package=软件包
zero value=零值; slice=切片; map=映射; receiver=接收者; pointer=指针; value semantics=值语义; interface=接口
embedding=嵌入; goroutine=协程; channel=通道; type parameter=类型参数; constraint=约束; subtest=子测试
benchmark=基准测试; context=上下文; deadline=截止时间; cancel=取消; environment=环境; flag=命令行标志
handler=处理函数; middleware=中间件; query=查询; transaction=事务; connection pool=连接池; struct tag=结构体标签
worker pool=工作池; mutex=互斥锁; race detector=竞态检测器; allocation=内存分配; escape analysis=逃逸分析
scheduler=调度器; semantic versioning=语义化版本; ownership=所有权; move=移动; borrow=借用; reference=引用
lifetime=生命周期; struct=结构体; enum=枚举; trait=特征; generic=泛型; closure=闭包; doctest=文档测试
workspace=工作区; feature=特性; thread=线程; variance=型变; raw pointer=裸指针; cache=缓存; array=数组
object=对象; arrow function=箭头函数; event=事件; form=表单; union type=联合类型; test=测试; assertion=断言
mock=模拟对象; breakpoint=断点; source map=源映射; route=路由; request=请求; response=响应; state=状态
narrowing=类型收窄; conditional type=条件类型; garbage collection=垃圾回收; profiler=性能分析器; prototype=原型
bundler=打包工具; method=方法; parameter=参数; class=类; constructor=构造方法; field=字段; record=记录类
exception=异常; dependency=依赖; test double=测试替身; stack trace=堆栈跟踪; controller=控制器
dependency injection=依赖注入; entity=实体; profile=配置环境; container=容器; executor=执行器
virtual thread=虚拟线程; heap=堆; class loader=类加载器; reflection=反射; annotation=注解; fixture=测试夹具
connection=连接; status code=状态码; exit code=退出码; event loop=事件循环; dunder method=双下划线方法
descriptor=描述符; metaclass=元类; reference count=引用计数; comprehension=推导式; header=请求头; process=进程
port=端口; certificate=证书; branch=分支; commit=提交; environment variable=环境变量; secret=密钥; table=表
primary key=主键; index=索引; migration=迁移; expiry=过期; invalidation=失效; unit test=单元测试
integration test=集成测试; session=会话; token=令牌; password hash=口令哈希; validation=校验; error code=错误码
idempotency key=幂等键; image=镜像; rollback=回滚; structured log=结构化日志; metric=指标; alert=告警
queue=队列; worker=工作进程; retry=重试; race condition=竞态条件; lock=锁; isolation level=隔离级别
timeout=超时; backoff=退避; circuit breaker=熔断器; replica=副本; shard=分片; consensus=共识; latency=延迟
load test=压力测试; element=元素; heading=标题; landmark=地标区域; selector=选择器; box model=盒模型
cascade=层叠; label=标签; input=输入框; gap=间距; media query=媒体查询; viewport=视口; contrast ratio=对比度
font=字体; custom property=自定义属性; loading state=加载状态; ES module=ES 模块; component=组件; props=属性
composition=组合; store=状态仓库; focus=焦点; alt text=替代文本; component test=组件测试
end-to-end test=端到端测试; hosting=托管; build=构建; cache header=缓存头; reflow=重排; paint=绘制; frame=帧
Core Web Vitals=核心网页指标; lazy loading=懒加载; hydration=注水; streaming=流式传输; design token=设计变量
component library=组件库; row=行; date=日期; key=键; foreign key=外键; normal form=范式; redundancy=冗余
selectivity=选择性; scan=扫描; cost=代价; rank=排名; deadlock=死锁; backup=备份; document=文档; graph=图
partition=分区; archive=归档; pipe=管道; permission=权限; journal=日志; log=日志; registry=镜像仓库; layer=层
non-root=非 root 用户; compose=编排; volume=卷; network=网络; pipeline=流水线; artifact=构建产物
rolling update=滚动更新; canary=金丝雀发布; vault=密钥库; plan=计划; deployment=部署; service=服务
virtual machine=虚拟机; object storage=对象存储; billing=计费; trace=链路; incident=事故; postmortem=复盘
restore=恢复; error budget=错误预算; autoscaler=自动伸缩器; limit=限制; signature=签名; network policy=网络策略
failover=故障转移; region=地域; drill=演练; glob=通配符; regular expression=正则表达式; signal=信号
repository=软件源; unit=单元; mount=挂载; filesystem=文件系统; quoting=引号; timer=定时器; script=脚本
system call=系统调用; file descriptor=文件描述符; namespace=命名空间; cgroup=控制组; page cache=页缓存
load average=平均负载; bootloader=引导程序; rescue=救援模式; asset=资产; threat=威胁; risk=风险; consent=授权
disclosure=披露; breach=泄露; cause=原因; lesson=教训; hash=哈希; salt=盐值; SQL injection=SQL 注入
escaping=转义; authorisation=授权; least privilege=最小权限; chain=证书链; revocation=吊销
key rotation=密钥轮换; trust boundary=信任边界; mitigation=缓解措施; lab=实验环境; scanner=扫描器; report=报告
indicator=威胁指标; containment=遏制; buffer overflow=缓冲区溢出; sandbox=沙箱; timeline=时间线; evidence=证据
identity=身份; segmentation=分段; verification=验证; notebook=笔记本; vectorisation=向量化; missing value=缺失值
plot=绘图; random seed=随机种子; stdin=标准输入; native extension=原生扩展; wheel=发布包
"""

CHINESE_TERMS: Final = {
    english: chinese
    for english, _, chinese in (item.partition("=") for item in _GLOSSARY.replace("\n", "; ").split("; "))
    if chinese
}

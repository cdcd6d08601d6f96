namespace Heartbeat.Tests.Infra;

/// <summary>
/// Blocks every thread of the pool until it is released or disposed: what is queued meanwhile waits for a thread.
/// </summary>
/// <remarks>
/// The pool adds a thread or two a second, so there are far more blocking items than threads it could add in a test.
/// </remarks>
internal sealed class BlockedPool : IDisposable
{
    private const int Items = 200;

    private readonly ManualResetEventSlim _release = new();
    private readonly CountdownEvent _left = new(Items);

    public BlockedPool()
    {
        for (var i = 0; i < Items; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static pool =>
                {
                    pool._release.Wait();
                    pool._left.Signal();
                },
                this, preferLocal: false);
        }
    }

    public void Release() => _release.Set();

    public void Dispose()
    {
        Release();
        _left.Wait();
        _release.Dispose();
        _left.Dispose();
    }
}

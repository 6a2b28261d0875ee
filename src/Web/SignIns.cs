using AlfrescoBackupFlows.Web.Sessions;

namespace AlfrescoBackupFlows.Web;

/// <summary>
/// What a process remembers of those who sign in: how often it was tried, and which sessions were ended. One per process,
/// and so for all the pages that it makes: a configuration that is loaded anew neither gives anybody more tries nor opens
/// a session again. Thread-safe.
/// </summary>
public sealed class SignIns(TimeProvider time) : IDisposable
{
    internal SignInLimit Limit { get; } = new();

    internal SignedOut Ended { get; } = new(time);

    public void Dispose() => Limit.Dispose();
}

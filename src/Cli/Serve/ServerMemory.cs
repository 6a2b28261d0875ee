using AlfrescoBackupFlows.Web;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// What one server knows and a configuration that is loaded anew must not make it forget: who tried to sign in and who
/// signed out, and which backups had their turn. The schedules of one configuration at a time write to it.
/// </summary>
internal sealed class ServerMemory(TimeProvider time) : IDisposable
{
    private volatile bool _isBackupOwed;

    public SignIns SignIns { get; } = new(time);

    /// <summary>A backup was due and the repository was away: it is taken when that is back.</summary>
    public bool IsBackupOwed
    {
        get => _isBackupOwed;
        set => _isBackupOwed = value;
    }

    /// <summary>Up to here backups that were due were seen to; null: nothing is scheduled yet.</summary>
    public DateTimeOffset? SeenUntil { get; set; }

    public void Dispose() => SignIns.Dispose();
}

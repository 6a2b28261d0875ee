using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Web.Calls;

/// <summary>What a host gives to the page.</summary>
/// <param name="Key">The key of the API, which signs people in.</param>
public sealed record PageHost(FlowEnvironment Environment, Secret Key)
{
    /// <summary>When the next backup begins by schedule; null where none does, or the host does not say.</summary>
    public Func<DateTimeOffset, DateTimeOffset?> NextBackup { get; init; } = static _ => null;

    /// <summary>The host is reached over TLS alone, although requests arrive here without.</summary>
    public bool AlwaysTls { get; init; }
}

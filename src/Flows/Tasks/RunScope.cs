namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>What a line of a log belongs to: the run that is driven here. Follows the asynchronous call.</summary>
/// <param name="run">Of the backup, verification, restore or drill.</param>
public sealed class RunScope(string run)
{
    private static readonly AsyncLocal<RunScope?> Local = new();

    /// <summary>Null outside of any run.</summary>
    public static RunScope? Current => Local.Value;

    public string Run { get; } = run;

    /// <summary>Where the run is; null before its first phase.</summary>
    public string? Phase { get; set; }

    /// <summary>The set that it works on, or has made; null while there is none.</summary>
    public string? Set { get; set; }

    /// <summary>The run that an instance works for.</summary>
    public static string RunOf(string instance) => FlowTrace.RootOf(instance);

    /// <summary>Holds for the calling asynchronous method and what it calls, and ends with it.</summary>
    public void Enter() => Local.Value = this;
}

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>What plugins of monitoring systems say, by the exit codes that all of those systems read.</summary>
internal enum MonitorState
{
    Ok = 0,
    Warning = 1,
    Critical = 2,

    /// <summary>Nobody can tell.</summary>
    Unknown = 3,
}

/// <summary>The words and the meaning of the states.</summary>
internal static class MonitorStates
{
    public static string Word(MonitorState state) =>
        state switch
        {
            MonitorState.Ok => "OK",
            MonitorState.Warning => "WARNING",
            MonitorState.Critical => "CRITICAL",
            _ => "UNKNOWN",
        };

    /// <summary>One line for help texts.</summary>
    public static string Meaning(int code) =>
        (MonitorState)code switch
        {
            MonitorState.Ok => "OK",
            MonitorState.Warning =>
                "WARNING: not verified or rehearsed for too long, or a newer set that is not consistent",
            MonitorState.Critical =>
                "CRITICAL: no consistent set that is new enough, a failed check of a set, or an alarm of the repository",
            _ => "UNKNOWN: the command line, the configuration, or a storage that does not answer",
        };
}

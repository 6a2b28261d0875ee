namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>What is too old.</summary>
/// <param name="MaxAge">Of the newest consistent set.</param>
/// <param name="MaxVerifyAge">Of the last verification of any set; null: any age will do, and none at all.</param>
/// <param name="MaxDrillAge">The same of the last drill.</param>
internal sealed record CheckLimits(TimeSpan MaxAge, TimeSpan? MaxVerifyAge, TimeSpan? MaxDrillAge);

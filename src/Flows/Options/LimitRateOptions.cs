using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>The <c>limitRate</c> section: how much of the machine and of the line a backup may take. Null: no
/// limit.</summary>
public sealed class LimitRateOptions
{
    /// <summary>The least that a limit may be, in bytes a second: one request of the storage must end in time.</summary>
    public const long Least = 64 << 10;

    /// <summary>Of the installation's files and of its dump, a second, such as <c>50MiB</c>.</summary>
    public string? Read { get; set; }

    /// <summary>To the repository and to mirrors, a second.</summary>
    public string? Upload { get; set; }

    /// <summary>A limit as its setting has it; null: none.</summary>
    public static RateLimit? Parse(string? rate, TimeProvider time) =>
        rate is not null && SizeText.TryParse(rate, out long bytes) && bytes >= Least
            ? new RateLimit(bytes, time)
            : null;
}

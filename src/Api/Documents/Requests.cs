using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Api.Documents;

/// <summary>Body of <c>POST /api/backups</c>; may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BackupRequest
{
    /// <summary>
    /// Seal the set although a content store is empty or lost more than 1 % of its files since the last set.
    /// </summary>
    public bool AcceptContentLoss { get; set; }
}

/// <summary>Body of <c>POST /api/sets/{id}/verify</c>; may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VerifyRequest
{
    /// <summary>Read every byte and recompute every chunk's id: the short form of depth <c>data</c>.</summary>
    public bool ReadData { get; set; }

    /// <summary><c>structure</c>, <c>sample</c>, <c>data</c> or <c>live</c>; null: as <see cref="ReadData"/> says.</summary>
    public string? Depth { get; set; }

    /// <summary>Of a sample: how much of the packs is read, in percent; null: 5, or as the budget says.</summary>
    public double? SharePercent { get; set; }

    /// <summary>Of a sample: for how many seconds packs are read; null: as the share says.</summary>
    public int? BudgetSeconds { get; set; }
}

/// <summary>
/// Body of <c>POST /api/restores</c>. Settable, because the generated reader would overwrite the default of what can
/// only be initialized.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RestoreRequest
{
    /// <summary>The set's id, or <c>latest</c>.</summary>
    public string Set { get; set; } = "latest";

    /// <summary>
    /// The directory to restore into, absent or empty: one name, beneath the host's <c>restore.directory</c>.
    /// </summary>
    public string? Target { get; set; }

    /// <summary>
    /// Also restore the database, into the empty one that the host's <c>restore.databaseUrl</c> names.
    /// </summary>
    public bool Database { get; set; }
}

/// <summary>Body of <c>POST /api/drills</c>; may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DrillRequest
{
    /// <summary>The set's id, or <c>latest</c>: the newest consistent one.</summary>
    public string Set { get; set; } = "latest";

    /// <summary>Directories of the set whose files are restored; null: all of them.</summary>
    public string[]? Roots { get; set; }

    /// <summary>How much of the required files is compared with the live store, in percent; null: <c>drill.share</c>.</summary>
    public double? SharePercent { get; set; }
}

/// <summary>
/// Body of <c>POST /api/forget</c>. Either sets or rules; without both, the rules of the host's configuration.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ForgetSetsRequest
{
    /// <summary>Ids of the sets to forget: all of them, or none. Null: the rules count.</summary>
    public string[]? Sets { get; set; }

    /// <summary>Keep the newest so many.</summary>
    public int? KeepLast { get; set; }

    /// <summary>Keep what is no older than this, counted from the newest set.</summary>
    public double? KeepWithinDays { get; set; }

    public int? KeepDaily { get; set; }

    public int? KeepWeekly { get; set; }

    public int? KeepMonthly { get; set; }

    public int? KeepYearly { get; set; }

    /// <summary>Say what would be forgotten, and do nothing.</summary>
    public bool DryRun { get; set; }
}

/// <summary>Body of <c>POST /api/sets/{id}/pin</c>; may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PinRequest
{
    /// <summary>Why, for people.</summary>
    public string? Reason { get; set; }
}

/// <summary>Body of <c>POST /api/prunes</c>; may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PruneRequest
{
    /// <summary>The part of the stored bytes that may stay unused; null: that of the host's configuration.</summary>
    public double? MaxUnusedPercent { get; set; }

    /// <summary>Bytes that are written anew at most; null: as many as it takes.</summary>
    public long? MaxRepackBytes { get; set; }

    /// <summary>Say what would be freed, and do nothing.</summary>
    public bool DryRun { get; set; }
}

/// <summary>Body of <c>POST /api/mirrors</c>; may be left out where the host has one target.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MirrorTargetRequest
{
    /// <summary>Its place in the list <c>mirror</c> of the host's configuration, from 0 on.</summary>
    public int? Target { get; set; }
}

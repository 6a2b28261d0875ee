using AlfrescoBackupFlows.Api.Handlers;

namespace AlfrescoBackupFlows.Api;

/// <summary>The paths, beneath <c>/api/</c>: constants, because attributes of a cloud host take nothing else.</summary>
public static class ApiPaths
{
    public const string Prefix = "api";

    public const string Backups = "backups";
    public const string Backup = "backups/{id}";
    public const string BackupCancel = "backups/{id}/cancel";
    public const string Sets = "sets";
    public const string Set = "sets/{id}";
    public const string SetVerify = "sets/{id}/verify";
    public const string SetReport = "sets/{id}/report";
    public const string SetContent = "sets/{id}/content";
    public const string SetVersions = "sets/{id}/versions";
    public const string Find = "find";
    public const string Verification = "verifications/{id}";
    public const string VerificationCancel = "verifications/{id}/cancel";
    public const string Restores = "restores";
    public const string Restore = "restores/{id}";
    public const string RestoreCancel = "restores/{id}/cancel";
    public const string Drills = "drills";
    public const string Drill = "drills/{id}";
    public const string DrillCancel = "drills/{id}/cancel";
    public const string SetPin = "sets/{id}/pin";
    public const string SetUnpin = "sets/{id}/unpin";
    public const string Forget = "forget";
    public const string Prunes = "prunes";
    public const string Prune = "prunes/{id}";
    public const string PruneCancel = "prunes/{id}/cancel";
    public const string Mirrors = "mirrors";
    public const string Mirror = "mirrors/{id}";
    public const string MirrorCancel = "mirrors/{id}/cancel";
    public const string Stats = "stats";
    public const string Head = "head";
    public const string Health = "health";
    public const string OpenApi = "openapi.json";
}

/// <summary>The one route table. A host maps every row of it, and nothing else.</summary>
public static class ApiRoutes
{
    public static readonly ApiRoute StartBackup = new(
        "POST",
        ApiPaths.Backups,
        BackupHandlers.StartAsync,
        [202, 400, 409, 422]
    );
    public static readonly ApiRoute ListBackups = new("GET", ApiPaths.Backups, BackupHandlers.ListAsync, [200]);
    public static readonly ApiRoute GetBackup = new("GET", ApiPaths.Backup, BackupHandlers.Kind.GetAsync, [200, 404]);
    public static readonly ApiRoute CancelBackup = new(
        "POST",
        ApiPaths.BackupCancel,
        BackupHandlers.Kind.CancelAsync,
        [202, 404, 409]
    );
    public static readonly ApiRoute ListSets = new("GET", ApiPaths.Sets, SetHandlers.ListAsync, [200]);
    public static readonly ApiRoute GetSet = new("GET", ApiPaths.Set, SetHandlers.GetAsync, [200, 404]);
    public static readonly ApiRoute GetReport = new(
        "GET",
        ApiPaths.SetReport,
        ReportHandlers.GetAsync,
        [200, 400, 404]
    );
    public static readonly ApiRoute GetContent = new(
        "GET",
        ApiPaths.SetContent,
        ContentHandlers.GetAsync,
        [200, 400, 403, 404, 429]
    );
    public static readonly ApiRoute ListVersions = new(
        "GET",
        ApiPaths.SetVersions,
        VersionHandlers.ListAsync,
        [200, 400, 404, 429]
    );
    public static readonly ApiRoute Find = new("GET", ApiPaths.Find, FindHandlers.FindAsync, [200, 400, 404, 429]);
    public static readonly ApiRoute StartVerification = new(
        "POST",
        ApiPaths.SetVerify,
        VerificationHandlers.StartAsync,
        [202, 400, 404, 409]
    );
    public static readonly ApiRoute GetVerification = new(
        "GET",
        ApiPaths.Verification,
        VerificationHandlers.Kind.GetAsync,
        [200, 404]
    );
    public static readonly ApiRoute CancelVerification = new(
        "POST",
        ApiPaths.VerificationCancel,
        VerificationHandlers.Kind.CancelAsync,
        [202, 404, 409]
    );
    public static readonly ApiRoute StartRestore = new(
        "POST",
        ApiPaths.Restores,
        RestoreHandlers.StartAsync,
        [202, 400, 403, 404, 409]
    );
    public static readonly ApiRoute GetRestore = new(
        "GET",
        ApiPaths.Restore,
        RestoreHandlers.Kind.GetAsync,
        [200, 404]
    );
    public static readonly ApiRoute CancelRestore = new(
        "POST",
        ApiPaths.RestoreCancel,
        RestoreHandlers.Kind.CancelAsync,
        [202, 404, 409]
    );
    public static readonly ApiRoute StartDrill = new(
        "POST",
        ApiPaths.Drills,
        DrillHandlers.StartAsync,
        [202, 400, 403, 404, 409]
    );
    public static readonly ApiRoute GetDrill = new("GET", ApiPaths.Drill, DrillHandlers.Kind.GetAsync, [200, 404]);
    public static readonly ApiRoute CancelDrill = new(
        "POST",
        ApiPaths.DrillCancel,
        DrillHandlers.Kind.CancelAsync,
        [202, 404, 409]
    );
    public static readonly ApiRoute PinSet = new("POST", ApiPaths.SetPin, RetentionHandlers.PinAsync, [200, 400, 404]);
    public static readonly ApiRoute UnpinSet = new("POST", ApiPaths.SetUnpin, RetentionHandlers.UnpinAsync, [200, 404]);
    public static readonly ApiRoute ForgetSets = new(
        "POST",
        ApiPaths.Forget,
        RetentionHandlers.ForgetAsync,
        [200, 400, 404, 409]
    );
    public static readonly ApiRoute StartPrune = new(
        "POST",
        ApiPaths.Prunes,
        PruneHandlers.StartAsync,
        [202, 400, 409]
    );
    public static readonly ApiRoute GetPrune = new("GET", ApiPaths.Prune, PruneHandlers.Kind.GetAsync, [200, 404]);
    public static readonly ApiRoute CancelPrune = new(
        "POST",
        ApiPaths.PruneCancel,
        PruneHandlers.Kind.CancelAsync,
        [202, 404, 409]
    );
    public static readonly ApiRoute StartMirror = new(
        "POST",
        ApiPaths.Mirrors,
        MirrorHandlers.StartAsync,
        [202, 400, 403, 409]
    );
    public static readonly ApiRoute GetMirror = new("GET", ApiPaths.Mirror, MirrorHandlers.Kind.GetAsync, [200, 404]);
    public static readonly ApiRoute CancelMirror = new(
        "POST",
        ApiPaths.MirrorCancel,
        MirrorHandlers.Kind.CancelAsync,
        [202, 404, 409]
    );
    public static readonly ApiRoute Stats = new("GET", ApiPaths.Stats, RetentionHandlers.StatsAsync, [200]);
    public static readonly ApiRoute Head = new("GET", ApiPaths.Head, RetentionHandlers.HeadAsync, [200]);
    public static readonly ApiRoute Health = new("GET", ApiPaths.Health, HealthHandlers.GetAsync, [200]);
    public static readonly ApiRoute OpenApi = new("GET", ApiPaths.OpenApi, HealthHandlers.GetOpenApiAsync, [200]);

    /// <summary>
    /// What any route may answer besides its own codes: no or a wrong key, a fault, a storage that is not reached.
    /// </summary>
    public static readonly IReadOnlyList<int> CommonStatusCodes = [401, 500, 503];

    public static readonly IReadOnlyList<ApiRoute> All =
    [
        StartBackup,
        ListBackups,
        GetBackup,
        CancelBackup,
        ListSets,
        GetSet,
        GetReport,
        GetContent,
        ListVersions,
        Find,
        StartVerification,
        GetVerification,
        CancelVerification,
        StartRestore,
        GetRestore,
        CancelRestore,
        StartDrill,
        GetDrill,
        CancelDrill,
        PinSet,
        UnpinSet,
        ForgetSets,
        StartPrune,
        GetPrune,
        CancelPrune,
        StartMirror,
        GetMirror,
        CancelMirror,
        Stats,
        Head,
        Health,
        OpenApi,
    ];
}

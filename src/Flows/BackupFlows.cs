using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Activities;

namespace AlfrescoBackupFlows.Flows;

/// <summary>The product's flows and activities, ready for any engine.</summary>
public static class BackupFlows
{
    /// <summary>Registers everything. Activities share what <paramref name="environment"/> holds.</summary>
    public static FlowCatalog CreateCatalog(FlowEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new FlowCatalog(FlowJson.Default)
            .Add(FlowNames.HotBackup, new HotBackupFlow())
            .Add(FlowNames.CaptureRange, new CaptureRangeFlow())
            .Add(BackupNames.OpenRun, new OpenRun(environment))
            .Add(BackupNames.CheckSources, new CheckSources(environment))
            .Add(BackupNames.ObserveIndex, new ObserveIndex(environment))
            .Add(BackupNames.RefreshIndex, new RefreshIndex(environment))
            .Add(BackupNames.CaptureIndex, new CaptureIndex(environment))
            .Add(BackupNames.DumpDatabase, new DumpDatabase(environment))
            .Add(BackupNames.PlanFiles, new PlanFiles(environment))
            .Add(BackupNames.CaptureRange, new CaptureRange(environment))
            .Add(BackupNames.MergeListing, new MergeListing(environment))
            .Add(BackupNames.CheckConsistency, new CheckConsistency(environment))
            .Add(BackupNames.MergeIndex, new MergeIndex(environment))
            .Add(BackupNames.SealSet, new SealSet(environment))
            .Add(BackupNames.CloseRun, new CloseRun(environment))
            .Add(FlowNames.Restore, new RestoreFlow())
            .Add(RestoreNames.RestoreRangeFlow, new RestoreRangeFlow())
            .Add(RestoreNames.PrepareRestore, new PrepareRestore(environment))
            .Add(RestoreNames.PlanRestoreRoot, new PlanRestoreRoot(environment))
            .Add(RestoreNames.RestoreRange, new RestoreRange(environment))
            .Add(RestoreNames.RestoreDirectories, new RestoreDirectories(environment))
            .Add(RestoreNames.RestoreDatabase, new RestoreDatabase(environment))
            .Add(RestoreNames.CheckRestored, new CheckRestored(environment))
            .Add(RestoreNames.FinishRestore, new FinishRestore(environment))
            .Add(FlowNames.Verify, new VerifyFlow())
            .Add(VerifyNames.VerifyPartFlow, new VerifyPartFlow())
            .Add(VerifyNames.PlanVerify, new PlanVerify(environment))
            .Add(VerifyNames.VerifyStep, new VerifyStep(environment, new VerifySession(environment)));
    }
}

using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Api.Tests.Rig;

/// <summary>Sets that are in the log of a rig's repository, and whose content is nowhere.</summary>
internal static class LoggedSets
{
    /// <returns>Their ids, the oldest first.</returns>
    public static async Task<string[]> AddAsync(ApiRig api, int count)
    {
        var access = new RepositoryAccess("none", null, Path.Combine(api.Directory, "other"), TimeProvider.System);
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            DirectoryBlobStore.Open(Path.Combine(api.Directory, "blobs"), TimeProvider.System),
            access
        );
        List<string> sets = [];
        for (int number = 1; number <= count; number++)
        {
            RunOpened run = await repository.Log.OpenRunAsync(RunId.Parse($"20261122T201500Z-{number:x8}"), "acme");
            await repository.Log.CommitAsync(
                run.Run,
                run.Base,
                Manifests.Empty(run.Run, run.Base, "acme", isConsistent: true) with
                {
                    Roots = [],
                }
            );
            sets.Add(run.Run.ToString());
        }

        return [.. sets];
    }
}

using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Hosting;

public sealed class OpenedRepositoryTests
{
    [Fact]
    public async Task The_log_is_read_once_and_its_head_remembered()
    {
        using InProcess process = await InProcess.CreateAsync();
        MemoryBlobStore memory = new();
        await BackupRepository.InitAsync(
            memory,
            new RepositoryInit(RepositoryAccess.EncryptionNone, null, "test", TimeProvider.System),
            process.Context.Stop
        );
        string heads = Path.Combine(process.State, "heads");

        // The first time and against what was remembered: the configs and the one that counts; the log, its entry 0,
        // and that there is no entry 1.
        for (int i = 0; i < 2; i++)
        {
            CountingBlobStore blobs = new(memory);
            await using OpenedRepository opened = await OpenedRepository.OpenAsync(
                process.Context,
                process.Context.Load(OptionsScope.Repository),
                blobs,
                isNew: false
            );
            Assert.Equal(0, opened.Head.Sequence);
            Assert.Equal((2, 3, 5), (blobs.Count(BlobVerb.List), blobs.Count(BlobVerb.Read), blobs.Total));
            Assert.True(File.Exists(Path.Combine(heads, $"{opened.Repository.Id}.json")));
        }
    }
}

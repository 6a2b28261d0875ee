using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Stores;

public sealed class StoreFactoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    [Fact]
    public async Task Nothing_is_created_beneath_the_mount_point_of_a_repository_that_is_not_mounted()
    {
        var options = new BackupOptions();
        options.Repository.Url = new Uri(_directory.Path).AbsoluteUri;
        var loaded = new LoadedOptions(options, null, null, []);

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            StoreFactory.OpenAsync(loaded, TimeProvider.System, TestContext.Current.CancellationToken)
        );

        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.Contains("mounted", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    public void Dispose() => _directory.Dispose();
}

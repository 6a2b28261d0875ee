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

    [Theory]
    [Trait("needs", "linux")]
    [InlineData("control")]
    [InlineData("own/place")]
    public async Task A_control_store_beneath_the_repository_is_never_reached_over_a_link(string name)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        string repository = Directory.CreateDirectory(_directory.Combine("repository")).FullName;
        string outside = Directory.CreateDirectory(_directory.Combine("outside")).FullName;
        string link = Path.Combine(repository, name.Split('/')[0]);
        File.CreateSymbolicLink(link, outside);
        var options = new BackupOptions();
        options.Repository.Url = new Uri(repository).AbsoluteUri;
        options.Repository.ControlUrl = $"{options.Repository.Url}/./{name}/";

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            StoreFactory.CreateAsync(new LoadedOptions(options, null, null, []), TimeProvider.System, token)
        );

        Assert.Contains($"'{link}' is a symbolic link", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    public void Dispose() => _directory.Dispose();
}

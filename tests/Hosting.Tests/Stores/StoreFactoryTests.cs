using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;
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

    [Theory]
    [InlineData("file:///none/y", "mirror.1.url: the directory /none/y does not exist; mount it or correct the path")]
    [InlineData("ftp://host/x", "mirror.1.url 'ftp://host/x' does not fit: ")]
    [InlineData("http://user:hidden@host/c/x", "mirror.1.url 'http://[secret]@host/c/x' holds a user")]
    [InlineData("http://host/c/x", "mirror.1.url: http://host/c/x is not https")]
    [Trait("needs", "linux")]
    public async Task Faults_of_a_mirror_are_told_of_its_own_setting(string url, string begin)
    {
        var options = new BackupOptions();
        options.Repository.Url = new Uri(_directory.Path).AbsoluteUri;
        RepositoryStores stores = StoreFactory.OpenWithoutLeases(
            new LoadedOptions(options, null, null, []),
            TimeProvider.System
        );
        var name = new StoreName("mirror.1.url", "mirror.1.connectionStringFile");

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            stores.OpenMirror!(
                new MirrorPlace(name, url, ConnectionStringFile: null, IsNew: false, IsDryRun: false),
                TestContext.Current.CancellationToken
            )
        );

        Assert.StartsWith(begin, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("repository.", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("init", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task Faults_of_the_control_store_are_told_of_its_own_setting()
    {
        var options = new BackupOptions();
        options.Repository.Url = new Uri(_directory.Path).AbsoluteUri;
        options.Repository.ControlUrl = "file:///proc/none/x";

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            StoreFactory.CreateAsync(
                new LoadedOptions(options, null, null, []),
                TimeProvider.System,
                TestContext.Current.CancellationToken
            )
        );

        Assert.StartsWith("repository.controlUrl: the directory /proc/none/x", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("repository.url", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://acme.blob.core.windows.net/c/p?sv=1&sig=hidden")]
    [InlineData("http://127.0.0.1:10000/acme/c?sv=1&sig=hidden")]
    [InlineData("file:///mnt/usb?sv=1&sig=hidden")]
    public void A_signature_on_the_command_line_is_refused_and_not_repeated(string url)
    {
        PermanentException fault = Assert.Throws<PermanentException>(() => StoreUrls.RequireNoSecret("--to", url));

        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.StartsWith("--to holds a signature, which other users", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", fault.Message, StringComparison.Ordinal);
        StoreUrls.RequireNoSecret("--to", "file:///mnt/usb/what?");
    }

    public void Dispose() => _directory.Dispose();
}

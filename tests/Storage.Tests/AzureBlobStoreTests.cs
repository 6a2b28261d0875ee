using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Azure;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

[Trait("needs", "server")]
public sealed class AzureBlobStoreTests(OnDemand<AzuriteServer> azurite) : BlobStoreContract, IAsyncLifetime
{
    private AzuriteServer _server = null!;
    private BlobContainerClient _container = null!;
    private IBlobStore _store = null!;

    protected override IBlobStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _server = await azurite.GetAsync();
        _container = new BlobContainerClient(_server.ConnectionString, $"test-{Guid.NewGuid():n}");
        await _container.CreateAsync(cancellationToken: Ct);
        _store = Open(
            new AzureStoreOptions
            {
                Url = Url,
                ConnectionString = Key,
                ListingPage = ListingPage,
            }
        );
    }

    public async ValueTask DisposeAsync() =>
        await _container.DeleteIfExistsAsync(cancellationToken: CancellationToken.None);

    private string Url => $"{_server.AccountUrl}/{_container.Name}/some%20prefix/acme";

    private Secret Key => new(_server.ConnectionString);

    // Azurite's clock cannot be moved: this asks it until the lease has ended.
    protected override async Task LetLeaseExpireAsync(string name)
    {
        BlobClient blob = _container.GetBlobClient("some prefix/acme/" + name);
        while ((await blob.GetPropertiesAsync(cancellationToken: Ct)).Value.LeaseState == LeaseState.Leased)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), Ct);
        }
    }

    [Fact]
    public async Task A_lease_that_another_holds_is_described_with_what_to_do()
    {
        Assert.True(await Store.AcquireLeaseAsync("leases/acme", Guid.NewGuid(), BlobLease.MinDuration, Ct));
        string held = await Store.DescribeLeaseAsync("leases/acme", Ct);
        Assert.Contains("'some prefix/acme/leases/acme'", held, StringComparison.Ordinal);
        Assert.Contains(Store.Location, held, StringComparison.Ordinal);
        Assert.Contains("ends by itself 60 s after its last renewal", held, StringComparison.Ordinal);

        BlobClient endless = _container.GetBlobClient("some prefix/acme/leases/other");
        await endless.UploadAsync(new BinaryData([]), Ct);
        await endless.GetBlobLeaseClient().AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, null, Ct);
        Assert.False(await Store.AcquireLeaseAsync("leases/other", Guid.NewGuid(), BlobLease.MinDuration, Ct));
        Assert.Contains(
            "has no end, so abf did not take it: break it with 'az storage blob lease break'",
            await Store.DescribeLeaseAsync("leases/other", Ct),
            StringComparison.Ordinal
        );

        Assert.Contains("ends by itself", await Store.DescribeLeaseAsync("leases/none", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blobs_stand_below_the_prefix_of_the_URL()
    {
        await Store.PutIfAbsentAsync("log/1", Bytes(1), Ct);
        Assert.True(await _container.GetBlobClient("some prefix/acme/log/1").ExistsAsync(Ct));
        Assert.Equal(["log/1"], await ListAsync(""));
        Assert.Equal(Url, Store.Location.Replace("some prefix", "some%20prefix"));
    }

    [Fact]
    public async Task A_pack_of_64_MiB_is_one_request()
    {
        await Store.PutIfAbsentAsync("packs/large", new byte[64 << 20], Ct);
        BlockList blocks = await _container
            .GetBlockBlobClient("some prefix/acme/packs/large")
            .GetBlockListAsync(cancellationToken: Ct);
        Assert.Empty(blocks.CommittedBlocks);
    }

    [Fact]
    public async Task A_SAS_in_the_URL_opens_the_container_and_is_never_shown()
    {
        string query = _container
            .GenerateSasUri(
                global::Azure.Storage.Sas.BlobContainerSasPermissions.All,
                DateTimeOffset.UtcNow.AddHours(1)
            )
            .Query;
        AzureBlobStore store = Open(new AzureStoreOptions { Url = Url + query });
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("one", Bytes(1), Ct));
        Assert.DoesNotContain("sig=", store.Location);

        AzureBlobStore wrong = Open(new AzureStoreOptions { Url = Url + query.Replace("sig=", "sig=AAAA") });
        PermanentException e = await Assert.ThrowsAsync<PermanentException>(() =>
            wrong.PutIfAbsentAsync("two", Bytes(1), Ct)
        );
        Assert.Contains("the SAS in repository.url", e.Message);
        Assert.DoesNotContain("sig=", e.ToString());
    }

    [Fact]
    public async Task A_wrong_account_key_is_named_by_its_setting_and_not_shown()
    {
        string key = Convert.ToBase64String(Bytes(64));
        AzureBlobStore wrong = Open(
            new AzureStoreOptions
            {
                Url = Url,
                ConnectionString = new Secret(_server.ConnectionString.Replace(AzuriteServer.AccountKey, key)),
            }
        );
        foreach (Func<Task> call in Calls(wrong))
        {
            PermanentException e = await Assert.ThrowsAsync<PermanentException>(call);
            Assert.Equal(ErrorKind.Storage, e.Kind);
            Assert.Contains("repository.connectionStringFile", e.Message);
            Assert.Contains(_container.Name, e.Message);
            Assert.DoesNotContain(key, e.ToString());
        }
    }

    [Fact]
    public async Task A_missing_container_is_named()
    {
        AzureBlobStore store = Open(
            new AzureStoreOptions { Url = $"{_server.AccountUrl}/no-such-container/p", ConnectionString = Key }
        );
        foreach (Func<Task> call in Calls(store))
        {
            PermanentException e = await Assert.ThrowsAsync<PermanentException>(call);
            Assert.Equal(ErrorKind.Storage, e.Kind);
            Assert.Contains("'no-such-container' of account 'devstoreaccount1' does not exist", e.Message);
        }
    }

    [Fact]
    public async Task An_unreachable_server_is_transient_and_named()
    {
        string account = $"http://127.0.0.1:{FreePort.Next()}/devstoreaccount1";
        Secret key = new(_server.ConnectionString.Replace(_server.AccountUrl, account));
        AzureBlobStore store = Open(
            new AzureStoreOptions
            {
                Url = account + "/c/p",
                ConnectionString = key,
                MaxRetries = 1,
            }
        );
        foreach (Func<Task> call in Calls(store))
        {
            TransientException e = await Assert.ThrowsAsync<TransientException>(call);
            Assert.Equal(ErrorKind.Storage, e.Kind);
            Assert.Contains(account + "/c/p is unreachable", e.Message);
        }
    }

    private static AzureBlobStore Open(AzureStoreOptions options) => AzureBlobStore.Open(options);

    private static Func<Task>[] Calls(AzureBlobStore store) =>
        [
            () => store.PutIfAbsentAsync("a", Bytes(1), Ct),
            () => store.PutAsync("a", Bytes(1), Ct),
            () => store.ReadAsync("a", 0, new byte[1], Ct),
            () => store.GetPropertiesAsync("a", Ct),
            async () => await store.ListAsync("", Ct).ToListAsync(Ct),
            () => store.DeleteAsync("a", Ct),
            () => store.AcquireLeaseAsync("a", Guid.NewGuid(), BlobLease.MinDuration, Ct),
            () => store.ReleaseLeaseAsync("a", Guid.NewGuid(), Ct),
        ];
}

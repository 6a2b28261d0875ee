using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Storage.Blobs;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>What a blob storage that refuses, is not there or is full gets.</summary>
[Trait("needs", "server")]
public sealed class StorageFaultTests(
    CommittedSample sample,
    OnDemand<PostgresServer> server,
    OnDemand<AzuriteServer> storage
) : CommittedSampleTest(sample, server)
{
    private const string WrongKey = "d3JvbmdrZXl3cm9uZ2tleXdyb25na2V5d3JvbmdrZXk=";

    [Fact]
    public async Task A_wrong_account_key()
    {
        AzuriteServer azurite = await storage.GetAsync();
        string container = await CreateContainerAsync(azurite);
        Use($"{azurite.AccountUrl}/{container}/acme", azurite.ConnectionString);
        AssertDone(await Abf.RunAsync("init"));
        AssertDone(await Abf.RunAsync("backup"));

        Use(
            $"{azurite.AccountUrl}/{container}/acme",
            azurite.ConnectionString.Replace(AzuriteServer.AccountKey, WrongKey, StringComparison.Ordinal)
        );
        foreach (string command in (string[])["init", "backup", "sets", "verify"])
        {
            AbfResult result = await Abf.RunAsync(command);
            AssertFault(
                result,
                6,
                "repository.url",
                AzuriteServer.AccountName,
                container,
                "repository.connectionStringFile"
            );
            Assert.DoesNotContain(WrongKey, result.Error);
        }

        Use($"{azurite.AccountUrl}/{container}/acme", azurite.ConnectionString);
        AbfResult sets = await Abf.RunAsync("sets", "--json");
        Assert.Single(sets.Json.EnumerateArray());
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
    }

    [Fact]
    public async Task A_missing_container()
    {
        AzuriteServer azurite = await storage.GetAsync();
        string container = $"absent-{Guid.NewGuid():n}";
        Use($"{azurite.AccountUrl}/{container}/acme", azurite.ConnectionString);

        foreach (string command in (string[])["init", "backup", "sets"])
        {
            AssertFault(
                await Abf.RunAsync(command),
                6,
                "repository.url",
                container,
                AzuriteServer.AccountName,
                "create it"
            );
        }

        Assert.False((await Service(azurite).GetBlobContainerClient(container).ExistsAsync(Token)).Value);
    }

    [Fact]
    public async Task An_unreachable_storage_server()
    {
        int port = FreePort.Next();
        string account = $"http://127.0.0.1:{port}/{AzuriteServer.AccountName}";
        Use(
            $"{account}/sets/acme",
            $"DefaultEndpointsProtocol=http;AccountName={AzuriteServer.AccountName};AccountKey={AzuriteServer.AccountKey};BlobEndpoint={account};"
        );

        AssertFault(await Abf.RunAsync("sets"), 6, "repository.url", $"127.0.0.1:{port}", "unreachable");
    }

    [Fact]
    public async Task A_full_disk_under_the_repository()
    {
        await ChangeSourceAsync();

        AbfResult result = await FullDisk.RunAsync(Abf, Abf.Combine("disk"), "12k", move: Abf.Repository, ["backup"]);

        AssertFault(result, 6, "repository.url", Abf.Combine("disk"), "the disk is full", "make room");

        // What is left, where there is room; the lease belongs to a run of the other place.
        Abf.Section("repository")["url"] = new Uri(Abf.Combine("disk.left")).AbsoluteUri;
        Directory.Delete(Abf.Combine("disk.left/control"), recursive: true);
        await AssertOnlyTheEarlierSetStandsAsync();
        AssertDone(await Abf.RunAsync("backup"));
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
    }

    [Fact]
    public async Task A_repository_that_this_user_may_only_read_is_read_and_restored()
    {
        File.Copy(Sample.Installation.PropertiesFile, Abf.Combine("global.properties"));
        Abf.Section("installation")["globalProperties"] = Abf.Combine("global.properties");
        Abf.WriteConfig();
        await Shell.RunAsync("chmod -R a+rX,a-w \"$1\"", Abf.Repository);
        if (Environment.IsPrivilegedProcess)
        {
            await Shell.RunAsync("chown -R 65534:65534 \"$1\"; chown -R 0:0 \"$2\"", Abf.DirectoryPath, Abf.Repository);
            Abf.Prefix = [Tool.Find("setpriv", "util-linux"), "--reuid=65534", "--regid=65534", "--clear-groups"];
        }

        try
        {
            foreach (
                string[] command in (string[][])
                    [
                        ["sets"],
                        ["show", "latest"],
                        ["key", "list"],
                        ["verify", "--read-data"],
                        ["restore", "--set", "latest", "--target", Abf.Combine("target"), "--no-database"],
                    ]
            )
            {
                AssertDone(await Abf.RunPlainAsync([.. command, "--config", Abf.ConfigFile]));
            }

            AbfResult backup = await Abf.RunPlainAsync("backup", "--config", Abf.ConfigFile);
            AssertFault(backup, 6, "repository.url", Abf.Repository, "access is denied", "right to read and write");
        }
        finally
        {
            await Shell.RunAsync("chmod -R u+w \"$1\"", Abf.Repository);
        }
    }

    private static async Task<string> CreateContainerAsync(AzuriteServer azurite)
    {
        string name = $"bad-{Guid.NewGuid():n}";
        await Service(azurite).CreateBlobContainerAsync(name, cancellationToken: Token);
        return name;
    }

    private static BlobServiceClient Service(AzuriteServer azurite) =>
        new(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2024_11_04));

    private void Use(string url, string connectionString)
    {
        JsonObject repository = Abf.Section("repository");
        repository["url"] = url;
        repository["connectionStringFile"] = Abf.WriteSecret("connection", connectionString);
    }
}

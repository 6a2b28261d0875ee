using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

public sealed class NamedBlobStoreTests : MemoryBackedContract
{
    private static readonly StoreName Name = new("--to", "--connection-string-file");

    public NamedBlobStoreTests()
    {
        Store = new NamedBlobStore(Memory, Name);
    }

    protected override IBlobStore Store { get; }

    [Fact]
    public async Task Whatever_fails_is_told_of_the_store_that_was_named()
    {
        IBlobStore store = new NamedBlobStore(
            new FaultInjectingBlobStore(Memory, static _ => new BlobFault { FailBefore = true }),
            Name
        );
        var lease = Guid.NewGuid();
        Func<Task>[] calls =
        [
            () => store.ReadAsync("a", 0, new byte[1], Ct),
            () => store.PutIfAbsentAsync("a", new byte[1], Ct),
            () => store.PutAsync("a", new byte[1], Ct),
            () => store.GetPropertiesAsync("a", Ct),
            () => store.ListAsync("", Ct).ToListAsync(Ct).AsTask(),
            () => store.ListKeptAsync("", Ct).ToListAsync(Ct).AsTask(),
            () => store.DeleteAsync("a", Ct),
            () => store.TryDeleteAsync("a", Ct),
            () => store.TryDeleteAllAsync(["a"], Ct),
            () => store.AcquireLeaseAsync("a", lease, BlobLease.MinDuration, Ct),
            () => store.ReleaseLeaseAsync("a", lease, Ct),
        ];
        foreach (Func<Task> call in calls)
        {
            TransientException e = await Assert.ThrowsAsync<TransientException>(call);
            Assert.Equal(ErrorKind.Storage, e.Kind);
            Assert.StartsWith("--to: ", e.Message);
        }
    }

    [Theory]
    [InlineData("repository.url: https://h/c is unreachable", "--to: https://h/c is unreachable")]
    [InlineData("check the SAS in repository.url", "--to: check the SAS in --to")]
    [InlineData(
        "repository.url: check the key in repository.connectionStringFile (or ABF__REPOSITORY__CONNECTIONSTRING)",
        "--to: check the key in --connection-string-file"
    )]
    [InlineData("There is none. Mount it" + StoreName.OrInit + ".", "--to: There is none. Mount it.")]
    public void Only_the_names_of_settings_change_and_no_advice_begins_a_repository(string of, string told)
    {
        var cause = new IOException("x");
        AbfException permanent = Name.Tell(new PermanentException(ErrorKind.Busy, of, cause) { Ids = ["an-id"] });
        AbfException transient = Name.Tell(new TransientException(ErrorKind.Storage, of));

        Assert.IsType<PermanentException>(permanent);
        Assert.IsType<TransientException>(transient);
        Assert.Equal((ErrorKind.Busy, told, cause), (permanent.Kind, permanent.Message, permanent.InnerException));
        Assert.Equal(["an-id"], permanent.Ids);
        Assert.Equal((ErrorKind.Storage, told), (transient.Kind, transient.Message));
    }

    [Fact]
    public void The_connection_string_of_the_repository_keeps_its_name()
    {
        StoreName control = new("repository.controlUrl", StoreName.RepositoryFile);

        Assert.Equal(
            "repository.controlUrl: repository.connectionStringFile is for 'a', but repository.controlUrl names 'b'",
            control
                .Tell(
                    new PermanentException(
                        ErrorKind.Configuration,
                        "repository.connectionStringFile is for 'a', but repository.url names 'b'"
                    )
                )
                .Message
        );
    }
}

using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Doctor;

/// <summary>What the doctor finds out about the storage, with a probe that it takes away again.</summary>
public sealed class StorageChecksTests : IDisposable
{
    private readonly DoctorBench _bench = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_sound_store_has_no_finding_and_keeps_no_probe()
    {
        Assert.Empty(await _bench.LookAsync(new StorageRightsCheck()));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task A_store_that_may_not_be_written_is_an_error()
    {
        _bench.Control = new OddStore(_bench.Control) { RefusesWrites = true };

        Notice found = Assert.Single(await _bench.LookAsync(new StorageRightsCheck()));

        Assert.Equal(
            ("storage-rights", NoticeSeverity.Error, ErrorKind.Storage),
            (found.Id, found.Severity, found.Kind)
        );
    }

    [Fact]
    public async Task A_store_that_replaces_what_is_there_is_an_error()
    {
        _bench.Control = new OddStore(_bench.Control) { IgnoresConditions = true };

        Notice found = Assert.Single(await _bench.LookAsync(new StorageRightsCheck()));

        Assert.Equal(("storage-conditional-write", NoticeSeverity.Error), (found.Id, found.Severity));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task A_store_that_deletes_nothing_is_good_to_know_and_its_old_probes_go_when_it_does_again()
    {
        var store = new OddStore(_bench.Control) { RefusesDeletes = true };
        _bench.Control = store;

        Notice found = Assert.Single(await _bench.LookAsync(new StorageRightsCheck()));

        Assert.Equal(("storage-immutable", NoticeSeverity.Info), (found.Id, found.Severity));
        string probe = Assert.Single(await NamesAsync());
        Assert.Contains(probe, found.What, StringComparison.Ordinal);

        store.RefusesDeletes = false;
        Assert.Empty(await _bench.LookAsync(new StorageRightsCheck()));
        Assert.Equal([probe], await NamesAsync()); // it may be another doctor's, who is at it
        store.MadeBefore = TimeSpan.FromHours(2);
        Assert.Empty(await _bench.LookAsync(new StorageRightsCheck()));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task The_clock_of_a_store_is_told_from_this_machines()
    {
        _bench.Control = new MemoryBlobStore(new DoctorBench.StillClock(DoctorBench.Now.AddMinutes(20)));
        Subject subject = _bench.Subject();
        await _bench.LookAsync(new StorageRightsCheck(), subject);

        Notice found = Assert.Single(await _bench.LookAsync(new ClocksCheck(), subject));

        Assert.Equal("the clock of the storage is 20 minutes ahead of this machine's", found.What);
    }

    [Fact]
    public async Task A_repository_that_is_not_there_or_does_not_open_is_an_error()
    {
        Notice absent = Assert.Single(
            await _bench.LookAsync(new RepositoryCheck(), Opening(new MemoryBlobStore(), "x"))
        );
        Assert.Equal(
            ("repository", NoticeSeverity.Error, ErrorKind.Configuration),
            (absent.Id, absent.Severity, absent.Kind)
        );

        IBlobStore blobs = await InitAsync("right");
        Notice locked = Assert.Single(await _bench.LookAsync(new RepositoryCheck(), Opening(blobs, "wrong")));
        Assert.Equal(("repository", ErrorKind.Repository), (locked.Id, locked.Kind));

        Subject sound = Opening(blobs, "right");
        Assert.Empty(await _bench.LookAsync(new RepositoryCheck(), sound));
        Assert.Empty(sound.Earlier);
    }

    [Fact]
    public async Task One_passphrase_alone_is_a_warning_and_two_are_none()
    {
        Subject subject = Opening(await InitAsync("right"), "right");
        Assert.Empty(await _bench.LookAsync(new RepositoryCheck(), subject));

        Notice found = Assert.Single(await _bench.LookAsync(new PassphrasesCheck(), subject));

        Assert.Equal(("single-passphrase", NoticeSeverity.Warning), (found.Id, found.Severity));
        BackupRepository repository = await subject.Environment!.Repository.OpenAsync(_token);
        await repository.Keys.AddAsync(new Secret("another"), "safe", cancellationToken: _token);
        Assert.Empty(await _bench.LookAsync(new PassphrasesCheck(), subject));
    }

    private async Task<IBlobStore> InitAsync(string passphrase)
    {
        var blobs = new MemoryBlobStore();
        await BackupRepository.InitAsync(
            blobs,
            new RepositoryInit("passphrase", new Secret(passphrase), "test", TimeProvider.System),
            _token
        );
        return blobs;
    }

    private Subject Opening(IBlobStore blobs, string passphrase)
    {
        var loaded = new LoadedOptions(_bench.Options, new Secret(passphrase), null, []);
        return new Subject
        {
            Loaded = loaded,
            Installation = _bench.Subject().Installation,
            Time = TimeProvider.System,
            Open = _ =>
                Task.FromResult(
                    new FlowEnvironment(
                        loaded,
                        new RepositoryStores(blobs, blobs),
                        TimeProvider.System,
                        NullLoggerFactory.Instance
                    )
                ),
        };
    }

    private async Task<ImmutableArray<string>> NamesAsync() =>
        [.. await _bench.Control.ListAsync(string.Empty, _token).Select(item => item.Name).ToArrayAsync(_token)];

    /// <summary>A store with a policy or a fault that others have.</summary>
    private sealed class OddStore(IBlobStore inner) : IBlobStore
    {
        public bool RefusesWrites { get; set; }

        public bool RefusesDeletes { get; set; }

        public bool IgnoresConditions { get; set; }

        /// <summary>All that is listed is by so much older.</summary>
        public TimeSpan MadeBefore { get; set; }

        public string Location => inner.Location;

        public async Task<PutOutcome> PutIfAbsentAsync(
            string name,
            ReadOnlyMemory<byte> content,
            CancellationToken cancellationToken
        )
        {
            if (RefusesWrites)
            {
                throw new PermanentException(ErrorKind.Storage, "repository.url: 403; check the role");
            }

            if (IgnoresConditions)
            {
                await inner.PutAsync(name, content, cancellationToken);
                return PutOutcome.Created;
            }

            return await inner.PutIfAbsentAsync(name, content, cancellationToken);
        }

        public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            inner.PutAsync(name, content, cancellationToken);

        public Task<int?> ReadAsync(
            string name,
            long offset,
            Memory<byte> destination,
            CancellationToken cancellationToken
        ) => inner.ReadAsync(name, offset, destination, cancellationToken);

        public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
            inner.GetPropertiesAsync(name, cancellationToken);

        public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
            inner
                .ListAsync(prefix, cancellationToken)
                .Select(item => item with { Created = item.Created - MadeBefore });

        public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
            RefusesDeletes
                ? throw new PermanentException(ErrorKind.Storage, "an immutability policy refused; it ends at its date")
                : inner.DeleteAsync(name, cancellationToken);

        public Task<bool> AcquireLeaseAsync(
            string name,
            Guid leaseId,
            TimeSpan duration,
            CancellationToken cancellationToken
        ) => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken);

        public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
            inner.ReleaseLeaseAsync(name, leaseId, cancellationToken);
    }
}

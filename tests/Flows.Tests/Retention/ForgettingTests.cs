using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Retention;

/// <summary>What is never forgotten, on a real log and control store.</summary>
public sealed class ForgettingTests : IAsyncLifetime
{
    private static readonly KeepRules KeepNewest = new(1, null, null, null, null, null);

    private readonly TempDirectory _directory = new();
    private readonly MemoryBlobStore _blobs = new();
    private readonly MemoryBlobStore _control = new();
    private FlowEnvironment _environment = null!;
    private BackupRepository _repository = null!;
    private int _runs;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await BackupRepository.InitAsync(_blobs, new RepositoryInit("none", null, "first", TimeProvider.System), Token);
        _environment = NewEnvironment("acme");
        _repository = await _environment.Repository.OpenAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _environment.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Pinned_sets_and_those_of_others_stay_and_a_dry_run_changes_nothing()
    {
        RunId[] sets = [await CommitAsync(), await CommitAsync(), await CommitAsync("other"), await CommitAsync()];
        await new SetPins(_environment).PinAsync(sets[0].ToString(), "for ever", Token);

        ForgetResult preview = await new Forgetting(_environment).PreviewAsync(
            new ForgetRequest(KeepNewest, []),
            Token
        );
        Assert.Equal([sets[1]], preview.Forgotten);
        Assert.Equal(4, (await _repository.Log.ReadAsync(Token)).State.Sets.Length);

        ForgetResult done = await new Forgetting(_environment).RunAsync(new ForgetRequest(KeepNewest, []), Token);

        Assert.Equal(preview.Verdicts.Select(Text), done.Verdicts.Select(Text));
        Assert.Equal(
            [$"{sets[0]} pinned", $"{sets[1]} ", $"{sets[3]} last,newest-consistent"],
            done.Verdicts.Select(Text)
        );
        Assert.Equal([sets[0], sets[2], sets[3]], await SetsAsync());
        Assert.True(await new SetPins(_environment).UnpinAsync(sets[0].ToString(), Token));
        Assert.False(await new SetPins(_environment).UnpinAsync(sets[0].ToString(), Token));
        await new Forgetting(_environment).RunAsync(new ForgetRequest(KeepNewest, []), Token);
        Assert.Equal([sets[2], sets[3]], await SetsAsync());
    }

    [Fact]
    public async Task The_newest_consistent_set_outlives_newer_ones_that_are_not()
    {
        RunId good = await CommitAsync();
        RunId[] bad = [await CommitAsync(isConsistent: false), await CommitAsync(isConsistent: false)];

        await new Forgetting(_environment).RunAsync(new ForgetRequest(KeepNewest, []), Token);

        Assert.Equal([good, bad[1]], await SetsAsync());
        await AssertRefusedAsync(ErrorKind.Configuration, "newest consistent", good);
    }

    [Fact]
    public async Task A_set_that_is_read_stays_until_its_reader_is_gone()
    {
        RunId[] sets = [await CommitAsync(), await CommitAsync(), await CommitAsync()];
        var clock = new AheadClock();
        var control = new MemoryBlobStore(clock);
        await using FlowEnvironment host = NewEnvironment("acme", control);
        await control.AcquireLeaseAsync(
            $"reading/{sets[1]}/{Guid.NewGuid():N}",
            Guid.NewGuid(),
            LeaseKeeper.Duration,
            Token
        );
        await using (FlowEnvironment reader = NewEnvironment("acme", control))
        {
            await using IAsyncDisposable held = await reader.Reading.HoldAsync(sets[0], Token);
            await new Forgetting(host).RunAsync(new ForgetRequest(KeepNewest, []), Token);
            Assert.Equal(sets, await SetsAsync());
            await AssertRefusedAsync(ErrorKind.Busy, "in use", sets[0], host);

            RunId newer = await CommitAsync();
            await using IAsyncDisposable all = await reader.Reading.HoldAsync(null, Token);
            await new Forgetting(host).RunAsync(new ForgetRequest(KeepNewest, []), Token);
            Assert.Equal([.. sets, newer], await SetsAsync());
            sets[2] = newer;
        }

        // One reader has ended in order, the other was killed: its lease ends by itself.
        await new Forgetting(host).RunAsync(new ForgetRequest(KeepNewest, []), Token);
        Assert.Equal([sets[1], sets[2]], await SetsAsync());
        clock.Ahead = TimeSpan.FromSeconds(61);
        await new Forgetting(host).RunAsync(new ForgetRequest(KeepNewest, []), Token);
        Assert.Equal([sets[2]], await SetsAsync());
        Assert.Empty(await control.ListAsync(SetMarks.ReadingPrefix, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_store_in_which_no_lease_can_be_taken_is_read_all_the_same()
    {
        RunId set = await CommitAsync();
        var broken = new FaultInjectingBlobStore(_control, _ => new BlobFault { FailBefore = true, Permanent = true });
        await using FlowEnvironment reader = NewEnvironment("acme", broken);

        await using IAsyncDisposable held = await reader.Reading.HoldAsync(set, Token);

        SetReader opened = await SetReader.OpenAsync(reader, set, Token);
        Assert.Equal(set, opened.Manifest.Id);
    }

    [Fact]
    public async Task The_set_that_an_open_run_inherits_from_stays()
    {
        RunId[] sets = [await CommitAsync(), await CommitAsync(isConsistent: false)];
        RunId run = NewRun();
        await _repository.Log.OpenRunAsync(run, "acme", Token);
        await AssertRefusedAsync(ErrorKind.Busy, "in use", sets[1]);
        await _repository.Log.AbortAsync(run, "over", Token);

        await new Forgetting(_environment).RunAsync(new ForgetRequest(null, [sets[1]]), Token);

        Assert.Equal([sets[0]], await SetsAsync());
    }

    [Fact]
    public async Task Of_sets_that_are_named_all_are_forgotten_or_none()
    {
        RunId[] sets = [await CommitAsync(), await CommitAsync(), await CommitAsync()];
        await AssertRefusedAsync(ErrorKind.Configuration, "there is no set", sets[0], unknown: NewRun());
        Assert.Equal(sets, await SetsAsync());

        ForgetResult done = await new Forgetting(_environment).RunAsync(
            new ForgetRequest(null, [sets[0], sets[1]]),
            Token
        );

        Assert.Equal([sets[2]], await SetsAsync());
        Assert.Equal([KeepReasons.NotNamed], done.Verdicts.Single(verdict => verdict.IsKept).Reasons);
    }

    [Fact]
    public async Task A_run_whose_host_is_gone_for_good_keeps_nothing_for_ever()
    {
        await CommitAsync("gone");
        RunId run = NewRun();
        await _repository.Log.OpenRunAsync(run, "gone", Token);
        await PruneAsync(_environment);
        Assert.NotNull((await _repository.Log.ReadAsync(Token)).State.FindOpenRun(run));
        var clock = new AheadClock { Ahead = TimeSpan.FromDays(6) };
        await using FlowEnvironment later = NewEnvironment("acme", time: clock);
        await PruneAsync(later);
        Assert.NotNull((await _repository.Log.ReadAsync(Token)).State.FindOpenRun(run));
        clock.Ahead = TimeSpan.FromDays(8);
        Guid held = Guid.NewGuid();
        await _control.AcquireLeaseAsync("leases/gone", held, TimeSpan.FromSeconds(60), Token);
        await PruneAsync(later);
        Assert.NotNull((await _repository.Log.ReadAsync(Token)).State.FindOpenRun(run));
        await _control.ReleaseLeaseAsync("leases/gone", held, Token);

        await PruneAsync(later);

        Assert.Null((await _repository.Log.ReadAsync(Token)).State.FindOpenRun(run));
    }

    /// <summary>The sets of these tests have no content, which a prune tells after it has looked at the runs.</summary>
    private static Task<PermanentException> PruneAsync(FlowEnvironment environment) =>
        Assert.ThrowsAsync<PermanentException>(() => new Pruning(environment).RunAsync(new(0), null, Token));

    private async Task AssertRefusedAsync(
        ErrorKind kind,
        string says,
        RunId set,
        FlowEnvironment? environment = null,
        RunId? unknown = null
    )
    {
        ImmutableArray<RunId> named = unknown is { } other ? [set, other] : [set];
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            new Forgetting(environment ?? _environment).RunAsync(new ForgetRequest(null, named), Token)
        );
        Assert.Equal(kind, fault.Kind);
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<RunId>> SetsAsync() =>
        (await _repository.Log.ReadAsync(Token)).State.Sets.Select(set => set.Id);

    private async Task<RunId> CommitAsync(string installation = "acme", bool isConsistent = true)
    {
        RunOpened run = await _repository.Log.OpenRunAsync(NewRun(), installation, Token);
        await _repository.Log.CommitAsync(
            run.Run,
            run.Base,
            Manifests.Empty(run.Run, run.Base, installation, isConsistent),
            Token
        );
        return run.Run;
    }

    private RunId NewRun() => RunId.Parse($"20261122T201500Z-{++_runs:x8}");

    private FlowEnvironment NewEnvironment(
        string installation,
        IBlobStore? control = null,
        TimeProvider? time = null
    ) =>
        PlainEnvironment.Of(
            _directory.Combine($"state{_runs}-{Guid.NewGuid():N}"),
            _blobs,
            control ?? _control,
            installation,
            time
        );

    private static string Text(SetVerdict verdict) => $"{verdict.Set.Id} {string.Join(',', verdict.Reasons)}";

    private sealed class AheadClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}

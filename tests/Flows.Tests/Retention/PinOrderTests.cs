using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Retention;

/// <summary>
/// A pin and a forget of two hosts, the whole of one before or after every single request of the other: the log decides
/// which came first. Either the set is pinned and there, or it is forgotten and whoever pinned it was told.
/// </summary>
public sealed class PinOrderTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_pin_at_any_request_of_a_forget_holds_or_says_that_it_came_too_late() =>
        await AssertDecidedAsync(ForgetAsync, PinAsync);

    [Fact]
    public async Task A_forget_at_any_request_of_a_pin_sees_it_or_comes_first() =>
        await AssertDecidedAsync(PinAsync, ForgetAsync);

    private async Task AssertDecidedAsync(
        Func<FlowEnvironment, RunId, Task<bool>> outer,
        Func<FlowEnvironment, RunId, Task<bool>> inner
    )
    {
        HashSet<bool> outcomes = [];
        for (int request = 0; ; request++)
        {
            (int number, bool isServed) = ((request / 2) + 1, request % 2 == 1);
            MemoryBlobStore blobs = new();
            MemoryBlobStore control = new();
            await BackupRepository.InitAsync(
                blobs,
                new RepositoryInit("none", null, "first", TimeProvider.System),
                Token
            );
            await using FlowEnvironment other = NewEnvironment(blobs, control);
            RunId set = await MakeSetsAsync(other);
            bool isReached = false;
            RequestNumbers numbers = new();
            await using FlowEnvironment host = NewEnvironment(
                new VisitedBlobStore(blobs, numbers, VisitAsync),
                new VisitedBlobStore(control, numbers, VisitAsync)
            );

            bool outerDid = await outer(host, set);
            if (numbers.Last < number)
            {
                Assert.True(number > 5, $"{number} requests");
                break;
            }

            if (!isReached)
            {
                // A listing of which only the beginning was read.
                continue;
            }

            BackupRepository repository = await other.Repository.OpenAsync(Token);
            LogState state = (await repository.Log.ReadAsync(Token)).State;
            bool isThere = state.FindSet(set) is not null;
            IReadOnlySet<RunId> pinned = await new SetMarks(control).ListPinnedAsync(Token);
            Assert.True(
                isThere == pinned.Contains(set),
                $"{(isServed ? "after" : "before")} request {number}: there {isThere}, pinned {pinned.Contains(set)}"
            );
            Assert.Equal(2, state.Sets.Length + (isThere ? 0 : 1));
            outcomes.Add(isThere);
            Assert.Equal(outer == PinAsync ? outerDid : !outerDid, isThere);

            async Task VisitAsync(BlobCall call, bool served, CancellationToken cancellationToken)
            {
                if (call.Number == number && served == isServed && !isReached)
                {
                    isReached = true;
                    Assert.Equal(inner == PinAsync, await inner(other, set) == await IsThereAsync(other, set));
                }
            }
        }

        Assert.Equal([false, true], outcomes.Order());
    }

    private static async Task<bool> IsThereAsync(FlowEnvironment environment, RunId set)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(Token);
        return (await repository.Log.ReadAsync(Token)).State.FindSet(set) is not null;
    }

    /// <returns>Whether it was pinned; otherwise it was told that the set is gone.</returns>
    private static async Task<bool> PinAsync(FlowEnvironment environment, RunId set)
    {
        try
        {
            await new SetPins(environment).PinAsync(set.ToString(), "kept", Token);
            return true;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Configuration)
        {
            Assert.Contains("there is no set", e.Message, StringComparison.Ordinal);
            return false;
        }
    }

    /// <returns>Whether the set was forgotten.</returns>
    private static async Task<bool> ForgetAsync(FlowEnvironment environment, RunId set)
    {
        KeepRules newest = new(1, null, null, null, null, null);
        ForgetResult result = await new Forgetting(environment).RunAsync(new ForgetRequest(newest, []), Token);
        return result.Forgotten.Contains(set);
    }

    /// <returns>The older of two sets.</returns>
    private static async Task<RunId> MakeSetsAsync(FlowEnvironment environment)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(Token);
        RunId[] runs = [RunId.Parse("20261122T201500Z-00000001"), RunId.Parse("20261123T201500Z-00000002")];
        foreach (RunId run in runs)
        {
            RunOpened open = await repository.Log.OpenRunAsync(run, "acme", Token);
            await repository.Log.CommitAsync(run, open.Base, Manifests.Empty(run, open.Base, "acme", true), Token);
        }

        return runs[0];
    }

    private FlowEnvironment NewEnvironment(IBlobStore blobs, IBlobStore control) =>
        PlainEnvironment.Of(_directory.Combine($"state-{Guid.NewGuid():N}"), blobs, control);
}

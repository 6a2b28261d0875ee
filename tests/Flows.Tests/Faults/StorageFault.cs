using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>A way in which a request goes wrong.</summary>
/// <param name="Times">How often the same request goes wrong when it is made again.</param>
/// <param name="Matters">What is neither read nor written cannot be cut short; after a read, a lost answer is no other
/// than one that never came.</param>
internal sealed record StorageFault(string Name, BlobFault Fault, int Times, Func<BlobCall, bool> Matters)
{
    public static ImmutableArray<StorageFault> All { get; } =
    [
        new("fails before", new BlobFault { FailBefore = true }, 1, _ => true),
        new("answer lost", new BlobFault { FailAfter = true }, 1, FaultSweep.Changes),
        new("cut short", new BlobFault { Truncate = true }, 1, CanBeCut),
        new("refused", new BlobFault { FailBefore = true, Permanent = true }, 1, _ => true),
        new("refused after it was done", new BlobFault { FailAfter = true, Permanent = true }, 1, FaultSweep.Changes),
        new("late by two minutes", new BlobFault { Delay = TimeSpan.FromMinutes(2) }, 1, _ => true),
        new("fails three times", new BlobFault { FailBefore = true }, 3, _ => true),
        new("answer lost three times", new BlobFault { FailAfter = true }, 3, FaultSweep.Changes),
        new("cut short three times", new BlobFault { Truncate = true }, 3, CanBeCut),
    ];

    private static bool CanBeCut(BlobCall call) => call.Verb is BlobVerb.Read or BlobVerb.List or BlobVerb.PutIfAbsent;
}

/// <summary>One request goes wrong, and the next ones like it while the fault lasts.</summary>
/// <param name="number">Of the request, counted over both stores.</param>
internal sealed class FaultPlan(StorageFault fault, int number)
{
    private readonly Lock _gate = new();
    private int _calls;
    private int _left = fault.Times;
    private BlobCall? _hit;

    /// <summary>For messages.</summary>
    public string Hit =>
        _hit is { } call ? $"call {number}: {call.Verb} {call.Name}" : $"call {number} was not reached";

    public RepositoryStores Around(RepositoryStores stores, TimeProvider time) =>
        new(
            new FaultInjectingBlobStore(stores.Blobs, Next, time),
            new FaultInjectingBlobStore(stores.Control, Next, time)
        );

    private BlobFault? Next(BlobCall call)
    {
        lock (_gate)
        {
            _calls++;
            if (_calls == number)
            {
                _hit = call;
            }

            return _hit is { } hit && (hit.Verb, hit.Name) == (call.Verb, call.Name) && _left-- > 0
                ? fault.Fault
                : null;
        }
    }
}

using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// Which requests a sweep takes: with <c>ABF_FAULT_SWEEP=full</c> every one in every way, otherwise each kind of
/// request, in as many ways as asked for.
/// </summary>
internal static class FaultSweep
{
    /// <summary>A death or a lost answer after any other request is one before the next.</summary>
    public static bool Changes(BlobCall call) =>
        call.Verb is not (BlobVerb.Read or BlobVerb.List or BlobVerb.GetProperties);

    /// <summary>The verb, and what kind of blob: requests of one kind are made by the same code.</summary>
    public static string KindOf(BlobCall call)
    {
        string[] parts = call.Name.Split('/');
        string blob = parts switch
        {
            ["packs", ['f', ..], ..] => "metadata pack",
            ["runs", _, "packs", ..] => "receipt",
            ["runs", _, { Length: > 0 }] => "page",
            _ => parts[0],
        };
        return $"{call.Verb} {blob}";
    }

    /// <param name="matters">Whether a request can go wrong in this way.</param>
    /// <param name="waysEach">Ways for each kind of request in a sample.</param>
    public static IEnumerable<(TWay Way, TRequest Request)> Choose<TWay, TRequest>(
        IEnumerable<TRequest> requests,
        IReadOnlyList<TWay> ways,
        Func<TRequest, string> kindOf,
        Func<TWay, TRequest, bool> matters,
        int waysEach
    )
    {
        if (SweepDepth.IsFull)
        {
            return ways.SelectMany(way =>
                requests.Where(request => matters(way, request)).Select(request => (way, request))
            );
        }

        return requests
            .GroupBy(kindOf)
            .SelectMany(
                (kind, number) =>
                {
                    // Neighbours go wrong in other ways, and not always where they come first.
                    TRequest[] same = [.. kind];
                    TWay[] possible = [.. ways.Where(way => matters(way, same[0]))];
                    return Enumerable
                        .Range(number, waysEach)
                        .Select(turn => (possible[turn % possible.Length], same[turn * 7 % same.Length]));
                }
            );
    }
}

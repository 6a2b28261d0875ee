using System.Collections.Concurrent;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Web.Calls;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>The phases of sets, which never change: a page with many sets reads each manifest once. Thread-safe.</summary>
internal sealed class PhaseMemory
{
    private const int Max = 200;

    private readonly ConcurrentDictionary<string, PhaseDocument[]> _known = new(StringComparer.Ordinal);

    /// <summary>None where the set cannot be read, which its own page says.</summary>
    public async Task<PhaseDocument[]> OfAsync(PageCall call, string set)
    {
        if (_known.TryGetValue(set, out PhaseDocument[]? known))
        {
            return known;
        }

        ApiReply<SetDetailDocument> reply = await call.Api.AskAsync<SetDetailDocument>(
            ApiRoutes.GetSet,
            call.Aborted,
            set
        );
        if (reply.Document is not { } detail)
        {
            return [];
        }

        if (_known.Count >= Max)
        {
            _known.Clear();
        }

        return _known[set] = detail.Phases;
    }
}

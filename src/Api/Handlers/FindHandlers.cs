using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Looks for documents over all sets, as <c>abf find</c> does, within limits: one search at a time, so many results, so
/// much time and memory. Who goes away ends it.
/// </summary>
internal static class FindHandlers
{
    public const int MaxPatternLength = 1000;
    public const int UsualResults = 100;
    public const int MaxResults = 1000;

    /// <summary>Sets and states of documents together: what an answer grows with.</summary>
    private const int MaxRows = 20_000;

    /// <summary>Characters of names, paths and URLs, which a database may have of any length.</summary>
    public const int MaxCharacters = 4_000_000;

    /// <summary>As <see cref="DocumentSearch.Segments"/> counts them: some 20 bytes each.</summary>
    private const long MaxSegments = 4_000_000;

    private const string All = "all";

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static async Task<IResult> FindAsync(ApiCall call, CancellationToken cancellationToken)
    {
        string pattern =
            call.Query("for", MaxPatternLength)
            ?? throw ApiException.Invalid("for: say what to look for, such as report*.pdf");
        int limit = call.Number("limit", UsualResults, min: 1, MaxResults);
        string where = call.Query("sets", maxLength: 100) ?? All;
        RunId? only = where == All ? null : (await SetHandlers.FindAsync(call, where, cancellationToken)).Id;

        Search search = await InTurnAsync(
            call,
            async stop =>
            {
                var search = new Search(call, limit, stop);
                await search.RunAsync(pattern, only, cancellationToken);
                return search;
            },
            cancellationToken
        );
        Logs.Searched(
            call.Logger,
            PlainText.Excerpt(pattern),
            call.Client,
            search.Found.Count,
            search.Stopped is { } why ? $", ended by its {why}" : string.Empty
        );
        return ApiCall.Ok(search.ToDocument(), ApiJson.Relaxed.FindDocument);
    }

    /// <summary>One search goes on at a time.</summary>
    /// <param name="search">Gets what ends it when the time is over, of which waiting takes a part.</param>
    /// <param name="aborted">Nobody waits for it any more.</param>
    /// <exception cref="ApiException">429: the others took all of the time.</exception>
    public static async Task<T> InTurnAsync<T>(
        ApiCall call,
        Func<CancellationToken, Task<T>> search,
        CancellationToken aborted
    )
    {
        using var late = new CancellationTokenSource(Longest, call.Environment.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, late.Token);
        try
        {
            await call.Limits.Searching.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw ApiException.TooMany("other searches are running: try again in a minute");
        }

        try
        {
            return await search(stop.Token);
        }
        finally
        {
            call.Limits.Searching.Release();
        }
    }

    /// <summary>As <see cref="MaxCharacters"/> counts them.</summary>
    public static int LengthOf(FoundDocument document) =>
        new[]
        {
            document.Name,
            document.NodeRef,
            document.Path,
            document.ContentUrl,
            document.Version,
            document.Mimetype,
        }.Sum(static text => text?.Length ?? 0);

    /// <summary>One search, and how far it has come.</summary>
    private sealed class Search(ApiCall call, int limit, CancellationToken stop)
    {
        private int _searched;
        private int _without;
        private int _notSearched;

        public List<FoundStateDocument> Found { get; } = [];

        public string? Stopped { get; private set; }

        public FindDocument ToDocument() => new([.. Found], Stopped, _searched, _without, _notSearched);

        /// <param name="aborted">Nobody waits for it any more.</param>
        public async Task RunAsync(string pattern, RunId? only, CancellationToken aborted)
        {
            try
            {
                await using IAsyncDisposable held = await call.Sets.HoldAsync(only, stop);
                (BackupRepository repository, LogHead head) = await call.Sets.OpenAsync(stop);
                SetSummary[] sets =
                [
                    .. InstallationSets
                        .Of(head, call.Environment.Options.Installation.Name)
                        .Where(set => only is null || set.Id == only),
                ];
                _notSearched = sets.Length;
                SetCatalogues catalogues = await SetCatalogues.OpenAsync(repository, head.State, call.Warn, stop);
                var search = new DocumentSearch(catalogues.Segments, NamePattern.Parse(pattern), stop);
                await AddAsync(sets, catalogues, search);
                await ReadAsync(search);
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository && _searched > 0)
            {
                call.Warn($"a search ends early: {e.Message}");
                Stopped = "damage";
            }
            catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
            {
                Stopped = "time";
            }
        }

        private async Task AddAsync(SetSummary[] sets, SetCatalogues catalogues, DocumentSearch search)
        {
            foreach (SetSummary set in sets)
            {
                if (search.Segments > MaxSegments)
                {
                    Stopped = "memory";
                    return;
                }

                if (await TryOpenAsync(set, catalogues) is { } catalogue)
                {
                    await search.AddAsync(set.Id, catalogue);
                    _searched++;
                }
                else
                {
                    _without++;
                }

                _notSearched--;
            }
        }

        /// <summary>Who looks for a document in times of damage wants the sets that have it still.</summary>
        private async Task<CatalogueReader?> TryOpenAsync(SetSummary set, SetCatalogues catalogues)
        {
            try
            {
                return await catalogues.TryOpenAsync(await catalogues.ReadManifestAsync(set));
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                call.Warn(SetCatalogues.LossOf(set.Id, e));
                return null;
            }
        }

        private async Task ReadAsync(DocumentSearch search)
        {
            int rows = 0;
            int characters = 0;
            await foreach (FoundState state in FoundState.GroupAsync(search.ReadAsync(stop), stop))
            {
                characters += LengthOf(state.Newest);
                if (Found.Count == limit || rows + state.Sets.Count > MaxRows || characters > MaxCharacters)
                {
                    Stopped = "limit";
                    return;
                }

                Found.Add(FoundStateDocument.Of(state));
                rows += state.Sets.Count;
            }
        }
    }
}

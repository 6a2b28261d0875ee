using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>The sets of the installation.</summary>
internal static class SetHandlers
{
    public static async Task<IResult> ListAsync(ApiCall call, CancellationToken cancellationToken) =>
        ApiCall.Ok([.. (await call.Sets.ListAsync(cancellationToken)).Select(Describe)], ApiJson.Relaxed.SetDocumentArray);

    /// <summary>An id, or <c>latest</c>.</summary>
    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        SetSummary set = await FindAsync(call, call.Id, cancellationToken);
        SetManifest manifest = await call.Sets.ReadManifestAsync(set, cancellationToken);
        return ApiCall.Ok(Describe(call, set, manifest), ApiJson.Relaxed.SetDetailDocument);
    }

    /// <exception cref="ApiException">404.</exception>
    public static async Task<SetSummary> FindAsync(ApiCall call, string id, CancellationToken cancellationToken) =>
        await call.Sets.FindAsync(id, cancellationToken) ?? throw ApiException.NotFound($"there is no set '{id}'");

    private static SetDocument Describe(SetSummary s) => new(
        s.Id.ToString(), s.Installation, s.Started.UtcDateTime, s.Sealed.UtcDateTime, s.Consistent, s.Missing, s.Files, s.Bytes, s.AddedBytes, s.Parent?.ToString());

    private static SetDetailDocument Describe(ApiCall call, SetSummary s, SetManifest manifest) => new(
        s.Id.ToString(),
        s.Installation,
        s.Started.UtcDateTime,
        s.Sealed.UtcDateTime,
        s.Consistent,
        s.Missing,
        s.Files,
        s.Bytes,
        s.AddedBytes,
        s.Parent?.ToString(),
        [.. manifest.Phases.Select(p => new PhaseDocument(p.Name, p.Started.UtcDateTime, p.Ended.UtcDateTime))],
        new SearchIndexDocument(manifest.Index.Kind, manifest.Index.Written?.UtcDateTime),
        manifest.Database is { } db ? Describe(db) : null,
        [.. manifest.Roots.Select(r => new RootDocument(r.Name, r.Files, r.Directories, r.Bytes, r.RequiredFiles))],
        manifest.Consistency.Required,
        manifest.Consistency.SourceMissing,
        manifest.Consistency.SourceChanged,
        manifest.Consistency.Acknowledged,
        manifest.Consistency.Unprotected,
        [.. manifest.Warnings.Union(manifest.Index.Warnings, StringComparer.Ordinal).Select(call.Text.Clean)],
        manifest.Tool);

    private static DatabaseDocument Describe(DatabaseStamp db) => new(
        db.Vendor,
        db.ServerVersion,
        db.ToolVersion,
        db.Dump.Length,
        db.Watermark?.Transaction,
        db.Watermark is { } mark ? DateTimeOffset.FromUnixTimeMilliseconds(mark.CommitTimeMs).UtcDateTime : null);
}

using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api;

/// <summary>A row of the route table.</summary>
/// <param name="Path">Beneath <c>/api/</c>; one of <see cref="ApiPaths"/>.</param>
/// <param name="Handler">Answers it; called through <see cref="BackupApi.HandleAsync"/>.</param>
/// <param name="StatusCodes">What it answers of its own, besides <see cref="ApiRoutes.CommonStatusCodes"/>.</param>
public sealed record ApiRoute(string Method, string Path, ApiHandler Handler, IReadOnlyList<int> StatusCodes);

/// <summary>
/// Answers a request. Throws <see cref="ApiException"/> for what the client did, anything else for what the host
/// suffered.
/// </summary>
public delegate Task<IResult> ApiHandler(ApiCall call, CancellationToken cancellationToken);

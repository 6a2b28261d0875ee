using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// The key that every request must bring, in the same header as in the cloud. Compared in constant time, by hashes, so
/// that its length does not show either.
/// </summary>
internal sealed class ApiKey
{
    public const string Header = "x-functions-key";

    private const string Bearer = "Bearer ";

    private readonly byte[] _hash;

    private ApiKey(Secret key) => (Value, _hash) = (key, Hash(key.Reveal()));

    /// <summary>For the page, whose sign-in takes it.</summary>
    public Secret Value { get; }

    /// <returns>The key, and what a person should know about its file.</returns>
    /// <exception cref="PermanentException">
    /// Configuration: there is none, or it is too short, or does not fit into a header.
    /// </exception>
    public static (ApiKey Key, string? Warning) Read(ServeOptions options)
    {
        ServeKey read = ServeKey.Read(options);
        return read.Value is { } key
            ? (new ApiKey(key), read.Warning)
            : throw new PermanentException(
                ErrorKind.Configuration,
                "serve.keyFile is not set: name a file that holds the key of the API, "
                    + "made for example with 'openssl rand -hex 32'"
            );
    }

    /// <summary>That of <c>/metrics</c> alone; null: there is none.</summary>
    /// <inheritdoc cref="Read(ServeOptions)"/>
    public static (ApiKey? Key, string? Warning) ReadMetrics(ServeOptions options)
    {
        ServeKey read = ServeKey.ReadMetrics(options);
        return (read.Value is { } key ? new ApiKey(key) : null, read.Warning);
    }

    public bool IsIn(HttpRequest request) =>
        request.Headers[Header] is [{ } given] && CryptographicOperations.FixedTimeEquals(Hash(given), _hash);

    /// <summary>As scrapers send it.</summary>
    public bool IsBearerOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } given]
        && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(given[Bearer.Length..].Trim()), _hash);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

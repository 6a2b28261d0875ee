using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>The key of the API: from the environment, or else from a file.</summary>
/// <param name="Value">Null: there is none.</param>
/// <param name="Warning">What a person should know about its file.</param>
public sealed record ServeKey(Secret? Value, string? Warning)
{
    private const int MinLength = 16;

    /// <exception cref="PermanentException">
    /// Configuration: its file cannot be read, or it is too short, or does not fit into a header.
    /// </exception>
    public static ServeKey Read(ServeOptions options)
    {
        SecretFile? file = options is { Key: null, KeyFile: { } path } ? SecretFile.Read(path, "serve.keyFile") : null;
        string where = options.Key is null ? $"serve.keyFile '{options.KeyFile}'" : "ABF__SERVE__KEY";
        string? key = (options.Key ?? file?.Value)?.Reveal();
        return key is null || (key.Length >= MinLength && key.All(c => c is > ' ' and <= '~'))
            ? new ServeKey(options.Key ?? file?.Value, file?.Warning)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"{where} does not fit: write one line of {MinLength} or more ASCII characters without blanks into it"
            );
    }
}

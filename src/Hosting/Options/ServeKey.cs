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
    public static ServeKey Read(ServeOptions options) =>
        options.Key is { } key
            ? new ServeKey(Fit(key, "ABF__SERVE__KEY"), Warning: null)
            : OfFile(options.KeyFile, "serve.keyFile");

    /// <summary>That of <c>/metrics</c> alone.</summary>
    /// <inheritdoc cref="Read(ServeOptions)"/>
    public static ServeKey ReadMetrics(ServeOptions options) => OfFile(options.MetricsKeyFile, "serve.metricsKeyFile");

    private static ServeKey OfFile(string? path, string setting)
    {
        if (path is null)
        {
            return new ServeKey(Value: null, Warning: null);
        }

        SecretFile file = SecretFile.Read(path, setting);
        return new ServeKey(Fit(file.Value, $"{setting} '{path}'"), file.Warning);
    }

    private static Secret Fit(Secret key, string where)
    {
        string text = key.Reveal();
        return text.Length >= MinLength && text.All(c => c is > ' ' and <= '~')
            ? key
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"{where} does not fit: write one line of {MinLength} or more ASCII characters without blanks into it"
            );
    }
}

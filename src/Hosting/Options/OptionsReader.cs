using System.Text.Json;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Microsoft.Extensions.Configuration;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>
/// Reads <c>abf.json</c> and the variables that override it (<c>ABF__REPOSITORY__URL</c>, ...). Every host reads
/// through here, so that a setting means the same everywhere, and every fault is reported at once.
/// </summary>
public static class OptionsReader
{
    /// <summary>What the names of overriding environment variables start with.</summary>
    public const string EnvironmentPrefix = "ABF__";

    private const int MaxBytes = 1 << 20;

    private static readonly string[] SecretKeys =
    [
        .. OptionProperty
            .All(typeof(BackupOptions))
            .Where(o => o.Property.PropertyType == typeof(Secret))
            .Select(o => o.Path.Replace('.', ':')),
    ];

    /// <summary>Whether the environment has any setting.</summary>
    public static bool HasVariables() =>
        Environment
            .GetEnvironmentVariables()
            .Keys.Cast<string>()
            .Any(name => name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the file, if one is named, and the environment over it.</summary>
    /// <exception cref="PermanentException">Of kind Configuration: one line per fault, each naming the setting, its
    /// value and how to fix it.</exception>
    public static LoadedOptions Load(string? path, OptionsScope scope)
    {
        var faults = new OptionFaults();
        LoadedOptions loaded = Load(path, scope, faults, out _);
        faults.ThrowIfAny();
        return loaded;
    }

    /// <summary>The same for who goes on after a fault.</summary>
    /// <returns>What could be read; and what is wrong, as <see cref="Load(string?, OptionsScope)"/> would throw it, or
    /// null.</returns>
    /// <exception cref="PermanentException">Configuration: the file itself cannot be read.</exception>
    public static (LoadedOptions Loaded, PermanentException? Faults) Examine(string? path, OptionsScope scope)
    {
        var faults = new OptionFaults();
        LoadedOptions loaded = Load(path, scope, faults, out _);
        try
        {
            faults.ThrowIfAny();
            return (loaded, null);
        }
        catch (PermanentException e)
        {
            return (loaded, e);
        }
    }

    /// <summary>Every setting that counts, and where it comes from; the installation's own properties too, where one is
    /// configured.</summary>
    /// <exception cref="PermanentException">As <see cref="Load(string?, OptionsScope)"/>.</exception>
    public static IReadOnlyList<OptionSource> Explain(string? path, OptionsScope scope)
    {
        var faults = new OptionFaults();
        LoadedOptions loaded = Load(path, scope, faults, out OptionSources sources);
        faults.ThrowIfAny();
        return sources.Of(
            loaded.Options,
            scope is OptionsScope.Installation ? Installation.Discover(loaded.Options.Installation) : null
        );
    }

    private static LoadedOptions Load(string? path, OptionsScope scope, OptionFaults faults, out OptionSources sources)
    {
        IConfigurationRoot file = path is null ? new ConfigurationBuilder().Build() : ReadFile(path, faults);
        IConfigurationRoot environment = new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build();
        sources = new OptionSources(file, path is null ? null : Path.GetFullPath(path), environment);
        string directory = path is null ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(path))!;
        LoadedOptions loaded = Read(file, environment, directory, scope, faults);
        if (scope is OptionsScope.Installation)
        {
            Discover(loaded.Options, faults);
        }

        return loaded;
    }

    /// <summary>The settings of a store that is only looked at, before there is a file.</summary>
    /// <exception cref="PermanentException">Configuration: the connection string cannot be read.</exception>
    public static LoadedOptions LoadPlace(string url, string? connectionStringFile)
    {
        var faults = new OptionFaults();
        var options = new BackupOptions();
        (options.Repository.Url, options.Repository.ConnectionStringFile) = (url, connectionStringFile);
        LoadedOptions loaded = OptionSecrets.Read(options, OptionsScope.Blobs, faults);
        faults.ThrowIfAny();
        return loaded;
    }

    /// <param name="file">What a file says; secrets themselves are refused here.</param>
    /// <param name="environment">What overrides it.</param>
    /// <param name="directory">Relative paths are relative to it.</param>
    /// <param name="faults">Takes what is wrong; the result counts only where that is nothing.</param>
    internal static LoadedOptions Read(
        IConfiguration file,
        IConfiguration environment,
        string directory,
        OptionsScope scope,
        OptionFaults faults
    )
    {
        foreach (string key in SecretKeys.Where(k => file[k] is not null))
        {
            string setting = key.Replace(':', '.');
            faults.Add($"{setting} stands in the file: a secret belongs in a file of its own, named by {setting}File");
        }

        var options = new BackupOptions();
        new OptionBinder(faults, path => path).Bind(WithoutSchema(file), options, string.Empty);
        new OptionBinder(faults, VariableName).Bind(environment, options, string.Empty);
        OptionPaths.Resolve(options, directory);
        options.State ??= scope is not OptionsScope.Installation ? OptionPaths.DefaultState() : null;
        OptionRules.Check(options, scope, faults);
        return OptionSecrets.Read(options, scope, faults);
    }

    /// <summary>What the installation's own properties make of the settings: faults there are reported together with
    /// those of the file.</summary>
    private static void Discover(BackupOptions options, OptionFaults faults)
    {
        try
        {
            _ = Installation.Discover(options.Installation);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Configuration)
        {
            faults.Add(e);
        }
    }

    private static string VariableName(string path) =>
        "the variable " + EnvironmentPrefix + path.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    private static IConfiguration WithoutSchema(IConfiguration file) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(file.AsEnumerable().Where(p => !p.Key.Equals("$schema", StringComparison.Ordinal)))
            .Build();

    private static IConfigurationRoot ReadFile(string path, OptionFaults faults)
    {
        try
        {
            using var stream = new MemoryStream(GivenPath.ReadAll(path, MaxBytes));
            return new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            faults.Add(
                $"--config '{path}' does not exist: name the configuration file (docs/configuration.md tells what it holds)"
            );
        }
        // InvalidOperationException: an escape such as \ud800, which is half of a character.
        catch (Exception e)
            when (e is FormatException or JsonException or InvalidDataException or InvalidOperationException)
        {
            faults.Add($"--config '{path}' is not valid JSON: {(e.InnerException ?? e).Message}");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            faults.Add($"--config '{path}' cannot be read ({e.Message}): name the configuration file");
        }

        // Without the file every setting would be reported as absent.
        faults.ThrowIfAny();
        return new ConfigurationBuilder().Build();
    }
}

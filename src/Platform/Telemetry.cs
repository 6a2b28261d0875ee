using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AlfrescoBackupFlows.Platform;

/// <summary>
/// The one source of spans and the one meter. What is written here goes nowhere until a host listens, and costs nothing
/// before that. Names are lower case with dots, units are UCUM's.
/// </summary>
public static class Telemetry
{
    /// <summary>Of the source and of every meter: what an exporter is told to listen to.</summary>
    public const string Name = "AlfrescoBackupFlows";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);
}

using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// The live progress of a step: bytes count when they are read, so that a large file moves the counts too; files, and
/// bytes that need no reading, when they are listed. Told in portions, because somebody listens to each.
/// </summary>
internal sealed class CaptureProgress(IProgressSink sink, string phase)
{
    private const int FilesPerReport = 256;
    private const long BytesPerReport = 1024 * 1024;

    private (long Files, long Bytes) _unreported;

    /// <summary>Counted when they were read, of a file that is not listed yet.</summary>
    private long _ahead;

    public void Read(long bytes)
    {
        _ahead += bytes;
        Count(0, bytes);
    }

    /// <param name="length">Of the file as it is listed: one that was read twice counts once.</param>
    public void Listed(long length)
    {
        Count(1, length - _ahead);
        _ahead = 0;
    }

    /// <summary>Files that were taken over together.</summary>
    public void Listed(int files, long bytes) => Count(files, bytes);

    public void Report()
    {
        sink.Advance(phase, _unreported.Files, _unreported.Bytes);
        _unreported = default;
    }

    private void Count(int files, long bytes)
    {
        _unreported = (_unreported.Files + files, _unreported.Bytes + bytes);
        if (_unreported.Files >= FilesPerReport || Math.Abs(_unreported.Bytes) >= BytesPerReport)
        {
            Report();
        }
    }
}

using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// The file in the target that names what the set lost, a line each: root, path, why, with tabs between, after a first
/// line that says what to do. It stays there when the restore is done. A line without a path stands for files whose names are lost too. A root's lines are
/// written anew each time the root is gone through, so that a second attempt comes to the same file.
/// </summary>
internal sealed class LostFileList
{
    public const string Name = "abf-lost-files.txt";

    private const string Head =
        "# directory, path and why of each file that the repository lost: bring the blobs back from a copy of the "
        + "repository and restore anew; 'abf verify' names the sets that need them\n";

    private const string TemporaryName = Name + ".new";

    /// <summary>Some hundred thousand lines; of what is beyond them only the number is given.</summary>
    private const int MaxBytes = 32 * 1024 * 1024;

    private readonly OwnTree _target;
    private readonly List<Line> _lines;

    private LostFileList(OwnTree target, List<Line> lines) => (_target, _lines) = (target, lines);

    public IEnumerable<string> Paths =>
        _lines.Where(static line => line.Path.Length > 0).Select(static line => $"{line.Root}/{line.Path}");

    /// <summary>Roots of which files are lost without a name.</summary>
    public IEnumerable<string> UnnamedRoots =>
        _lines.Where(static line => line.Path.Length == 0).Select(static line => line.Root);

    /// <summary>Empty where there is no such file.</summary>
    public static LostFileList Read(string target)
    {
        OwnTree tree = OwnTree.OpenShared(target);
        try
        {
            byte[] text = tree.TryReadAll(Name, 2 * MaxBytes) ?? [];
            return new LostFileList(
                tree,
                [
                    .. Encoding
                        .UTF8.GetString(text)
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Select(static line => line.Split('\t', 3))
                        .Where(static parts => parts.Length == 3)
                        .Select(static parts => new Line(parts[0], parts[1], parts[2])),
                ]
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(tree, e);
        }
    }

    /// <summary>Forgets a root's lines, then takes these.</summary>
    /// <param name="lost">
    /// Path (empty: of so many files the names are lost too) and why; as <see cref="TreePath.Display"/> writes a path.
    /// </param>
    public void Replace(string root, IEnumerable<(string Path, string Why)> lost)
    {
        bool had = _lines.Count > 0;
        _lines.RemoveAll(line => line.Root == root);
        Add(root, lost);
        if (had || _lines.Count > 0)
        {
            Write();
        }
    }

    /// <summary>Takes these lines to those that are there.</summary>
    public void Append(string root, IReadOnlyCollection<(string Path, string Why)> lost)
    {
        if (lost.Count > 0)
        {
            Add(root, lost);
            Write();
        }
    }

    private void Add(string root, IEnumerable<(string Path, string Why)> lost)
    {
        long bytes = _lines.Sum(static line => (long)line.Length);
        long left = 0;
        foreach ((string path, string why) in lost)
        {
            var line = new Line(root, path, OneLine(why));
            bytes += line.Length;
            if (bytes <= MaxBytes || path.Length == 0)
            {
                _lines.Add(line);
            }
            else
            {
                left++;
            }
        }

        if (left > 0)
        {
            _lines.Add(new Line(root, string.Empty, $"{left} further files, too many to name here"));
        }
    }

    private void Write()
    {
        try
        {
            _target.Delete(TemporaryName);
            if (_lines.Count == 0)
            {
                _target.Delete(Name);
                return;
            }

            var text = new StringBuilder(Head);
            foreach (Line line in _lines)
            {
                text.Append(line.Root).Append('\t').Append(line.Path).Append('\t').Append(line.Why).Append('\n');
            }

            _target.Replace(Name, TemporaryName, Encoding.UTF8.GetBytes(text.ToString()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(_target, e);
        }
    }

    private static string OneLine(string why) => why.ReplaceLineEndings(" ").Replace('\t', ' ');

    private static PermanentException Fault(OwnTree target, Exception cause) =>
        new(
            ErrorKind.Target,
            $"'{target.Describe(Name)}', which names the files that the set lost, cannot be read or written "
                + $"({cause.Message}); correct that and run the restore again, it goes on where it stopped.",
            cause
        );

    private sealed record Line(string Root, string Path, string Why)
    {
        public int Length => Root.Length + Path.Length + Why.Length + 3;
    }
}

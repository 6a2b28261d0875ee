namespace AlfrescoBackupFlows.Platform.Errors;

/// <summary>
/// What stands in the way of long work, gathered by all checks that can be made before it: an administrator sees all of
/// it at once and not one thing for each attempt.
/// </summary>
public sealed class CheckFindings
{
    private readonly List<PermanentException> _found = [];

    /// <summary>Makes a check; where it finds something, the next one is made all the same.</summary>
    /// <returns>Its answer; default where it found something.</returns>
    /// <exception cref="TransientException">It could not be made, and trying again may help.</exception>
    /// <exception cref="PermanentException">It could not be made, and another one had found something before, which
    /// trying again does not correct: all of it is said.</exception>
    public async Task<T?> TryAsync<T>(Func<Task<T>> check)
    {
        ArgumentNullException.ThrowIfNull(check);
        try
        {
            return await check();
        }
        catch (PermanentException e)
        {
            _found.Add(e);
            return default;
        }
        catch (TransientException e) when (_found.Count > 0)
        {
            _found.Add(new PermanentException(e.Kind, e.Message, e));
            ThrowIfAny();
            throw;
        }
    }

    /// <inheritdoc cref="TryAsync{T}"/>
    public Task TryAsync(Func<Task> check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return TryAsync(async () =>
        {
            await check();
            return true;
        });
    }

    /// <exception cref="PermanentException">Of the first one's kind, a line for each.</exception>
    public void ThrowIfAny()
    {
        if (_found.Count > 0)
        {
            throw new PermanentException(
                _found[0].Kind,
                string.Join('\n', _found.Select(static found => found.Message).Distinct(StringComparer.Ordinal)),
                _found[0]
            );
        }
    }
}

namespace Edge.Lab.World;

/// <summary>Something happened in a world that must not.</summary>
internal sealed class WorldException : Exception
{
    public WorldException(string message) : base(message)
    {
    }

    public WorldException(string message, Exception inner) : base(message, inner)
    {
    }
}

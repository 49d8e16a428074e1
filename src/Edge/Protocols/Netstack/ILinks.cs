namespace Edge.Protocols.Netstack;

/// <summary>Where an item keeps its neighbours in one <see cref="LinkedItems{T, TLinks}"/>. An item in several lists has several of these.</summary>
internal interface ILinks<T>
    where T : class
{
    static abstract ref T? Before(T item);

    static abstract ref T? After(T item);
}

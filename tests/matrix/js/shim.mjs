// What the SDK uses of newer versions of Node.js than Debian's.

export function shim() {
    Promise.withResolvers ??= function withResolvers() {
        const made = {};
        made.promise = new this((resolve, reject) => Object.assign(made, { resolve, reject }));
        return made;
    };
}

/** A page that is missing is missing: it is not replaced by this one. */
export default { appType: 'mpa' };
